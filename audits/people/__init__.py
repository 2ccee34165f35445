"""Who somebody is, what roles they hold, and in which agencies they have declared an interest."""
