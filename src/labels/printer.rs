//! What a label needs to know of the printer it goes to.

/// A printer's head, language and fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrinterModel {
    /// 6, 8, 12 or 24: heads of 152, 203, 300 and 600 dpi.
    pub dots_per_mm: u32,
    pub language: Language,
    pub text: Text,
    pub commands: Commands,
}

/// The language that a printer understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Zpl,
    Tspl,
}

/// Who draws the letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// We do: right on every printer, whatever fonts it has.
    Graphic,
    /// The printer does, with a font that has Cyrillic: a label of a tenth of the bytes. ZPL only.
    UnicodeFont(UnicodeFont),
}

/// A font with Cyrillic in a printer's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnicodeFont {
    /// Our own, sent once by [`super::font_download`]: every width is known.
    Downloaded,
    /// Swiss 721 of Link-OS printers, whose widths we do not know: lines are laid out narrower.
    Resident,
}

/// What a printer can do beside printing a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commands {
    All,
    /// Some TSPL clones drop a whole job for any command they do not know: one picture, nothing else.
    BitmapOnly,
}

impl PrinterModel {
    /// A printer that speaks ZPL, text drawn by us.
    pub const fn zpl(dots_per_mm: u32) -> Self {
        Self { dots_per_mm, language: Language::Zpl, text: Text::Graphic, commands: Commands::All }
    }

    /// A printer that speaks TSPL, text drawn by us.
    pub const fn tspl(dots_per_mm: u32) -> Self {
        Self { language: Language::Tspl, ..Self::zpl(dots_per_mm) }
    }

    /// The same printer writing text with its own font.
    #[must_use]
    pub const fn with_font(self, font: UnicodeFont) -> Self {
        Self { text: Text::UnicodeFont(font), ..self }
    }

    /// The same printer, which can print nothing but pictures.
    #[must_use]
    pub const fn bitmap_only(self) -> Self {
        Self { commands: Commands::BitmapOnly, ..self }
    }
}

impl Text {
    /// How much wider than measured a text may come out.
    pub(super) const fn width_margin_percent(self) -> u32 {
        match self {
            Self::Graphic | Self::UnicodeFont(UnicodeFont::Downloaded) => 0,
            Self::UnicodeFont(UnicodeFont::Resident) => 15,
        }
    }
}

impl UnicodeFont {
    /// Its file in the printer.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::Downloaded => "E:AMBAR.TTF",
            Self::Resident => "E:TT0003M_.TTF",
        }
    }
}
