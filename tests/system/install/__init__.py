"""docs/install.md followed on this machine: its commands as they stand, in namespaces of their own."""
