"""Who is certified, who acts for it, and who works for the certification body."""
