"""nbgrader's settings for this course: its own defaults, and a name. Run nbgrader in this folder."""

c = get_config()  # noqa: F821  nbgrader provides it

c.CourseDirectory.course_id = "attacks"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", ".*"]
