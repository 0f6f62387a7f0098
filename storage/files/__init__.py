"""Where the contents of citizens' files lie: a folder, or a bucket that several machines share."""
