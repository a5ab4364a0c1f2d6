"""Entry of the app: page settings and navigation, nothing else."""

import streamlit as st

from pages.parts import nav

st.set_page_config(page_title="Music video studio", page_icon=":material/theaters:", layout="wide")
st.logo(":material/theaters:")
page = nav.build()
st.session_state[nav.BUILT] = True
page.run()
