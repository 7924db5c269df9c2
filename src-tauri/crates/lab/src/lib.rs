//! stegvis-lab
