"""Does it hold under another definition? The same question under every definition of what counts, side by side."""
