//! What a contract with the Post says: settings and keys.

use serde::Deserialize;

use super::CODE;
use crate::carriers::CarrierError;
use crate::carriers::account::{Account, wrong};
use crate::documents::post_forms::Bank;
use crate::text_enum;

text_enum! {
    /// From what the Post takes its money: the wrong word is answered with
    /// `OFFLINE_BALANCE_FORBIDDEN` or with code 1024.
    pub enum Balance {
        /// By the contract, afterwards.
        Contract = "contract",
        /// From the balance on-line: batches and check-ins are sent with the flag for it.
        Online = "online",
    }
}

text_enum! {
    /// The paper of labels (`print-type`).
    pub enum LabelPaper {
        /// A6, 100×150 mm.
        Thermo = "thermo",
        /// A5, 148×210 mm.
        Paper = "paper",
    }
}

impl LabelPaper {
    pub(super) const fn wire(self) -> &'static str {
        match self {
            Self::Thermo => "THERMO",
            Self::Paper => "PAPER",
        }
    }
}

/// What the contract says beside the keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// The post office where parcels are handed in: six digits, one of the account's points
    /// (`operator-postcode`).
    pub(super) postoffice: String,
    /// The kinds of mail that the contract opens (`mail-type`); quotes are asked for each.
    #[serde(default = "Settings::usual_mail_types")]
    pub(super) mail_types: Vec<String>,
    #[serde(default = "Settings::usual_balance")]
    pub(super) balance: Balance,
    #[serde(default = "Settings::usual_paper")]
    pub(super) labels: LabelPaper,
    /// Local time of the post office.
    #[serde(default = "Settings::usual_offset")]
    pub(super) utc_offset_hours: i32,
    /// The account that cash on delivery is sent to: the forms of transfers (Ф. 112ЭП, 113, 117) say
    /// it; without it they leave its place blank.
    #[serde(default)]
    pub(super) bank: Option<Bank>,
    /// How many single questions the Post answers a day. More shipments than these reach are asked
    /// for by tickets.
    #[serde(default = "Settings::usual_tracking")]
    pub(super) tracking_per_day: usize,
}

impl Settings {
    fn usual_mail_types() -> Vec<String> {
        ["ONLINE_PARCEL", "ONLINE_COURIER", "EMS"].map(str::to_owned).to_vec()
    }

    const fn usual_balance() -> Balance {
        Balance::Contract
    }

    const fn usual_paper() -> LabelPaper {
        LabelPaper::Thermo
    }

    const fn usual_offset() -> i32 {
        3
    }

    const fn usual_tracking() -> usize {
        100
    }
}

/// Keys. Those of the two services are different pairs, asked for apart.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Credentials {
    otpravka: Option<OtpravkaKeys>,
    tracking: Option<TrackingKeys>,
}

/// Отправка: the application's token and the cabinet's login with its password.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OtpravkaKeys {
    pub(super) token: String,
    pub(super) login: String,
    pub(super) password: String,
}

/// The tracking portal's own login.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrackingKeys {
    pub(super) login: String,
    pub(super) password: String,
}

/// A contract that was read and looks right.
#[derive(Clone)]
pub(super) struct Contract {
    pub(super) settings: Settings,
    pub(super) otpravka: Option<OtpravkaKeys>,
    pub(super) tracking: Option<TrackingKeys>,
}

impl Contract {
    pub(super) fn read(account: &Account) -> Result<Self, CarrierError> {
        let settings: Settings = account.settings(CODE)?;
        let keys: Credentials = account.credentials(CODE)?;
        if !is_index(&settings.postoffice) {
            return Err(wrong(CODE, "settings: postoffice must be six digits"));
        }
        for mail_type in &settings.mail_types {
            if super::map::Product::parse(mail_type).is_none() {
                return Err(wrong(CODE, format!("settings: mail_types: {mail_type} is not known")));
            }
        }
        if !(-12..=14).contains(&settings.utc_offset_hours) {
            return Err(wrong(CODE, "settings: utc_offset_hours must be between -12 and 14"));
        }
        if settings.bank.as_ref().is_some_and(|bank| !bank.is_whole()) {
            return Err(wrong(
                CODE,
                "settings: bank needs inn, account, name, corr_account and bic",
            ));
        }
        if let Some(OtpravkaKeys { token, login, password }) = &keys.otpravka
            && [token, login, password].iter().any(|key| key.trim().is_empty())
        {
            return Err(wrong(CODE, "credentials: otpravka needs token, login and password"));
        }
        Ok(Self { settings, otpravka: keys.otpravka, tracking: keys.tracking })
    }
}

/// Six digits of a post office. Those in Russia do not begin with zero.
pub(super) fn is_index(text: &str) -> bool {
    text.len() == 6 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}
