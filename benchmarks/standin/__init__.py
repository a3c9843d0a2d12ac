"""A renderer that takes its time and draws nothing: for runs that ask about the queue alone."""
