"""From what sources say to what a reader can check."""
