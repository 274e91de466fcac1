"""How is a notebook run, and can that be believed?"""
