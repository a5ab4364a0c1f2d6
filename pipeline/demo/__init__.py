"""What a first visit finds: a song made by code and example projects."""
