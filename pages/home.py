"""Projects: the songs at hand, and the way to begin."""

import streamlit as st

from pages.parts.opening import open_studio_page

studio = open_studio_page()
st.title("Projects")
