"""Entry of the app: page settings and navigation, nothing else."""

import streamlit as st

from pages.parts import nav

# A named icon would be fetched from a font host for the browser's tab; a file is served by us.
st.set_page_config(page_title="Music video studio", page_icon=str(nav.ICON), layout="wide")
st.logo(str(nav.ICON), size="medium")
page = nav.build()
st.session_state[nav.BUILT] = True
page.run()
