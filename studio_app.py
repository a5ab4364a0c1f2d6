"""Entry of the app: page settings and navigation, nothing else."""

import streamlit as st

from pages.parts import nav

nav.configure()
st.logo(str(nav.ICON), size="medium")
page = nav.build()
st.session_state[nav.BUILT] = True
page.run()
