"""When did the rate change? The exact posterior of the number and the dates of changes."""
