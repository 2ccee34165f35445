"""What comes out of a granted decision: certificate, seal, public register."""
