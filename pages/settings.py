"""Settings: keys, storage, workers, and what works on this machine."""

from __future__ import annotations

import streamlit as st

from pages.parts import hosted
from pages.parts.equipment import keys, machine, storage, where
from pages.parts.opening import open_studio_page

studio = open_studio_page()
st.title("Settings")
hosted.notice(studio)

left, right = st.columns([3, 2], gap="medium")
with left:
    st.subheader("Keys")
    keys(studio)
    st.subheader("What works here")
    machine(studio)
with right:
    if not studio.settings.hosted:
        st.subheader("Storage")
        storage(studio)
    st.subheader("Limits and places")
    where(studio)
