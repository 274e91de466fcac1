"""How is it taught? Exercises are handed out, what comes back is graded, and the tests are proved."""
