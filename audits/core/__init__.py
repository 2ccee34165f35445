"""What every part of the case file shares."""
