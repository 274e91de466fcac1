"""How often, how long, since when?"""
