"""What do other people's databases say? Each becomes a table of incidents, imprecise dates as ranges."""
