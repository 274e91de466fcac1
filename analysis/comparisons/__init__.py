"""Does it hold under another definition? The same question under every way of counting, side by side."""
