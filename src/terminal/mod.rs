//! The dialogues of the handheld.
