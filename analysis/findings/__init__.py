"""What is the answer, in one sentence? Each finding is computed, typed, and can say itself."""
