"""What `alo doctor` looks at: the house itself, our public address from outside, and our numbers at the carriers."""
