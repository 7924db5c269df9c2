/// Whether a character takes no place on the screen, or only looks like a space: none of them belongs in an
/// address, and none can be seen by the person who wonders why it is refused.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{A0}'
                | '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{180E}'
                | '\u{2000}'..='\u{200F}'
                | '\u{2028}'..='\u{202F}'
                | '\u{205F}'..='\u{206F}'
                | '\u{3000}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
        )
}
