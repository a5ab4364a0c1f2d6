"""The stages: each turns frozen inputs into a frozen output; they never know each other."""
