"""From a song's facts and a brief to a scene plan, its checks, edits and prompts."""
