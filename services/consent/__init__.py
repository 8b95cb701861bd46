"""What people said about being contacted, who calls or writes to us, what a number can take."""
