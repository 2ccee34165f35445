"""What people tell about an agency through the register, without an account."""
