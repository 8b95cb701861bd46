"""What is held about a person, and the statements that take it away."""
