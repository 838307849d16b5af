//! How Отправка says no: in five shapes, most of them with HTTP 200.

use serde::Deserialize;

use crate::carriers::model::Reason;

/// Answer of `PUT /2.0/user/backlog`: successes and refusals side by side.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct CreateReply {
    pub(in super::super) orders: Vec<CreatedOrder>,
    pub(in super::super) errors: Vec<OrderErrors>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct CreatedOrder {
    pub(in super::super) result_id: Option<i64>,
    pub(in super::super) barcode: Option<String>,
    pub(in super::super) order_num: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct OrderErrors {
    pub(in super::super) error_codes: Vec<ErrorCode>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct ErrorCode {
    pub(in super::super) code: String,
    pub(in super::super) description: Option<String>,
    pub(in super::super) details: Option<String>,
}

impl ErrorCode {
    pub(in super::super) fn reason(&self) -> Reason {
        words(&self.code, self.description.as_deref(), self.details.as_deref())
    }
}

/// One refusal of batches and deletions; `position` counts the ids that were sent.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct BatchError {
    pub(in super::super) error_code: String,
    pub(in super::super) error_description: Option<String>,
    pub(in super::super) error_details: Option<String>,
    pub(in super::super) position: Option<usize>,
}

impl BatchError {
    pub(in super::super) fn reason(&self) -> Reason {
        let description = self.error_description.as_deref();
        words(&self.error_code, description, self.error_details.as_deref())
    }
}

/// What answers with a status of 4xx or 5xx say.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct ApiFault {
    pub(in super::super) code: String,
    pub(in super::super) desc: String,
    pub(in super::super) sub_code: String,
}

/// The Post leaves descriptions out: then there are ours.
fn words(code: &str, description: Option<&str>, details: Option<&str>) -> Reason {
    let told = [description, details].into_iter().flatten().filter(|text| !text.is_empty());
    let told = told.collect::<Vec<_>>().join(": ");
    let text = if told.is_empty() { known(code).to_owned() } else { told };
    Reason::new(code, text)
}

fn known(code: &str) -> &'static str {
    match code {
        "NOT_FOUND" => "Отправление не найдено",
        "READONLY_STATE" => "Партия уже передана, изменить её нельзя",
        "ALL_SHIPMENTS_SENT" => "Все отправления партии уже отправлены",
        "PAST_DUE_DATE" => "День сдачи партии уже прошёл",
        "DELIVERY_IN_PROGRESS" => "Отправление уже в пути",
        "ACCESS_VIOLATION" => "Отправление принадлежит другому договору",
        "NOT_INSURED_PAYMENT" => "Наложенный платёж больше объявленной ценности",
        "RESTRICTED_MAIL_CATEGORY" => "Категория не подключена к договору",
        "NO_AVAILABLE_POSTOFFICES" => "Нет отделения, которое это примет",
        "ILLEGAL_POSTCODE" | "ILLEGAL_INDEX_TO" => "Неверный индекс",
        "BARCODE_ERROR" => "Не удалось присвоить ШПИ",
        "TARIFF_ERROR" => "Не удалось рассчитать тариф",
        "OFFLINE_BALANCE_FORBIDDEN" => "Договор работает только с онлайн-балансом",
        "SENDING_MAIL_FAILED" => "Ф.103 не ушла в отделение",
        _ => "",
    }
}
