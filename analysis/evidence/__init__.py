"""What do sources say?"""
