//! A month's end by a server that is killed at every step of it, again and again: imports, what is
//! accepted, approved and closed is done whole or not at all, and asking again does it once.

use std::fmt::Write as _;
use std::pin::pin;
use std::time::Duration;

use ambar::access::Role;
use ambar::sandbox::client::ApiClient;
use ambar::sandbox::on_the_way::{self, OnTheWay};
use ambar::units::Day;
use serde_json::{Value, json};

use crate::server::Server;
use crate::support::unique_name;

const CARRIER: &str = "cdek";
/// Of each of two shops: registers, statements and invoices are written in several parts.
const PARCELS: usize = 3_000;
const DOCUMENTS: usize = 1_200;
const INVOICED: usize = 1_200;
const COD: i64 = 150_000;
const FEE: i64 = 4_500;
const DELIVERY: i64 = 30_000;
const DISCOUNT: i64 = -7_777;
const DAY: i64 = 24 * 3600;
const OURS: &str = "40702810400000000225";
const THEIRS: &str = "40702810500000000002";
const BIC: &str = "044525225";
const CORR_ACCOUNT: &str = "30101810400000000225";
const PAYER: &str = "7701234560";
/// The first kill comes so soon, each later one half as late again.
const FIRST_KILL: Duration = Duration::from_millis(2);
/// After so many kills, what is asked is waited for.
const KILLS_MAX: usize = 16;
const POLL: Duration = Duration::from_millis(50);

/// What a register leaves behind when it is taken in; nothing of it is seen or posted before the end.
const REGISTER: &[&str] = &[
    "SELECT COUNT(*) FROM cod_register WHERE state <> 'loading'",
    "SELECT COUNT(*) FROM cod_register_line l JOIN cod_register r ON r.id = l.register_id
     WHERE r.state <> 'loading'",
    "SELECT COUNT(*) FROM money_transfer",
];
const INVOICE: &[&str] = &[
    "SELECT COUNT(*) FROM carrier_invoice WHERE state <> 'loading'",
    "SELECT COUNT(*) FROM carrier_invoice_line l JOIN carrier_invoice i ON i.id = l.invoice_id
     WHERE i.state <> 'loading'",
    "SELECT COUNT(*) FROM money_transfer",
];
/// A statement says whether it is complete. Each of its documents is there with its transfer.
const STATEMENT: &[&str] = &[
    "SELECT COUNT(*) FROM bank_statement WHERE finished_at IS NOT NULL",
    "SELECT COUNT(*) FROM bank_statement s WHERE finished_at IS NOT NULL AND documents = (
         SELECT COUNT(*) FROM bank_document d WHERE d.statement_id = s.id)",
    "SELECT COUNT(*) FROM command WHERE action = 'bank_statement_import'",
    "SELECT (SELECT COUNT(*) FROM bank_document) - (
         SELECT COUNT(*) FROM money_transfer WHERE reason IN ('bank_in', 'bank_out'))",
];
/// A receipt, its register and the money of all its parcels.
const SETTLED: &[&str] = &[
    "SELECT COUNT(*) FROM bank_match",
    "SELECT COUNT(*) FROM cod_register WHERE settled_on IS NOT NULL",
    "SELECT COUNT(*) FROM cod_step WHERE step = 'received'",
];
/// All that decisions of people leave behind.
const DECIDED: &[&str] = &[
    "SELECT COUNT(*) FROM money_transfer",
    "SELECT COUNT(*) FROM cod_step",
    "SELECT COUNT(*) FROM cod_register WHERE state = 'accepted'",
    "SELECT COUNT(*) FROM carrier_charge",
    "SELECT COUNT(*) FROM carrier_invoice WHERE state = 'accepted'",
    "SELECT COUNT(*) FROM agent_report",
    "SELECT COUNT(*) FROM agent_report_line",
    "SELECT COUNT(*) FROM agent_report WHERE state = 'accepted'",
    "SELECT COUNT(*) FROM payout_run",
    "SELECT COUNT(*) FROM payout",
    "SELECT COUNT(*) FROM payout WHERE state = 'ordered'",
    "SELECT COUNT(*) FROM payout WHERE state = 'returned'",
    "SELECT COUNT(*) FROM bank_order",
    "SELECT COUNT(*) FROM money_period",
    // What the system notes of its own runs comes when it comes.
    "SELECT COUNT(*) FROM command WHERE actor_id IS NOT NULL",
];

struct Office {
    server: Server,
    parcels: Vec<OnTheWay>,
    kills: usize,
}

impl Office {
    /// Two shops with contracts, their parcels with a carrier since three days, an account at a bank.
    async fn open() -> Self {
        let server = Server::start().await;
        let mut office = Self { server, parcels: Vec::new(), kills: 0 };
        let app = &office.server.app.app;
        let sent = app.clock.now().plus_seconds(-3 * DAY);
        for (owner, letter) in office.server.world.owners.into_iter().zip(["A", "B"]) {
            let warehouse = office.server.world.warehouse;
            let route = on_the_way::route(app, warehouse, owner, CARRIER).await.unwrap();
            let parcels: Vec<OnTheWay> = (0..PARCELS)
                .map(|index| OnTheWay::new(format!("{letter}-{index:05}")).with_cod(COD))
                .collect();
            on_the_way::send(app, &route, &parcels, sent).await.unwrap();
            office.parcels.extend(parcels);
        }
        office.describe().await;
        office
    }

    async fn describe(&self) {
        let desk = self.server.desk();
        let account = json!({
            "number": OURS, "bic": BIC, "bank_name": "ПАО СБЕРБАНК", "corr_account": CORR_ACCOUNT,
            "name": "ООО «Оператор»", "inn": "7707083893", "active": true,
        });
        desk.post("/v1/bank/accounts", &account).await.unwrap();
        let payers =
            json!({ "carrier": CARRIER, "payers": [{ "inn": PAYER, "name": "ООО Перевозчик" }] });
        desk.put("/v1/cod-payers", &payers).await.unwrap();
        let since = self.day(-30);
        let terms = json!({
            "valid_from": since, "contract_number": "А-7", "contract_day": since,
            "agent_name": "ООО «Оператор»", "agent_inn": "7707083893", "fee_bp": 500,
            "fee_minimum_kopecks": 0, "set_off": true, "advance": false,
            "payout_minimum_kopecks": 0,
            "payee": {
                "name": "ООО «Магазин»", "inn": "7736050003", "account": THEIRS,
                "bank_name": "ПАО СБЕРБАНК", "bic": BIC, "corr_account": CORR_ACCOUNT,
            },
        });
        // Who names the payee does not approve the payment.
        let clerk = self.server.client(self.server.world.session(Role::Accountant));
        for owner in self.server.world.owners {
            clerk.put(&format!("/v1/owners/{owner}/agency-terms"), &terms).await.unwrap();
        }
    }

    fn day(&self, from_now: i64) -> Day {
        self.server.app.app.clock.now().plus_seconds(from_now * DAY).moscow_day()
    }

    /// Asks, and kills the server a little later each time, until the answer is faster than the kill.
    /// Whenever that was, what is looked at is as it was before or as it is in the end, and once it
    /// is, it stays.
    async fn insist(
        &mut self,
        whole: &[&'static str],
        role: Role,
        ask: impl AsyncFn(ApiClient) -> anyhow::Result<Value>,
    ) -> Value {
        let before = self.server.counts(whole).await;
        let mut states = Vec::new();
        let mut patience = FIRST_KILL;
        let answer = loop {
            let client = self.server.client(self.server.world.session(role));
            let mut asking = pin!(ask(client));
            if states.len() == KILLS_MAX {
                break asking.await.unwrap();
            }
            match tokio::time::timeout(patience, &mut asking).await {
                Ok(answer) => break answer.unwrap(),
                Err(_) => self.server.kill().await,
            }
            self.server.verify().await;
            states.push(self.server.counts(whole).await);
            self.server.revive().await;
            patience = patience * 3 / 2;
        };
        self.kills += states.len();
        let after = self.server.counts(whole).await;
        assert_ne!(before, after, "{answer}");
        let done = states.iter().position(|state| *state != before).unwrap_or(states.len());
        assert!(states[done..].iter().all(|state| *state == after), "{states:?}, then {after:?}");
        answer
    }

    /// A command with a key that stays the same however often it is sent.
    async fn command(&mut self, role: Role, path: &str, body: &Value) -> Value {
        let key = unique_name();
        self.insist(DECIDED, role, async |client: ApiClient| {
            let answer = client.attempt(path, &key, body).await?;
            anyhow::ensure!(answer.is_success(), "{path}: {answer:?}");
            Ok(answer.body)
        })
        .await
    }

    async fn import(&mut self, whole: &[&'static str], path: &str, file: &str) -> Value {
        let ask = async |client: ApiClient| client.upload(path, file.as_bytes().to_vec()).await;
        self.insist(whole, Role::Accountant, ask).await
    }

    fn register(&self) -> String {
        let mut file =
            "Номер отправления;Дата вручения;Сумма НП;Вознаграждение;К перечислению\n".to_owned();
        let day = self.day(-2);
        for parcel in &self.parcels {
            writeln!(file, "{};{day};1500,00;45,00;1455,00", parcel.track).unwrap();
        }
        file
    }

    fn invoice(&self) -> String {
        let mut file = "Номер накладной;Услуга;Дата услуги;Сумма\n".to_owned();
        let day = self.day(-2);
        let (first, second) = self.parcels.split_at(PARCELS);
        for parcel in first[..INVOICED / 2].iter().chain(&second[..INVOICED / 2]) {
            writeln!(file, "{};Доставка;{day};300,00", parcel.track).unwrap();
        }
        writeln!(file, "Итого;;;{},00", INVOICED * 300).unwrap();
        file
    }

    /// Receipts of 100 roubles that nobody knows, or the one of the register.
    fn statement(&self, documents: &[(usize, i64, &str)]) -> String {
        let day = self.day(0).russian_text();
        let mut file = format!(
            "1CClientBankExchange\nВерсияФормата=1.03\nКодировка=Windows\nРасчСчет={OURS}\n"
        );
        for (number, sum, purpose) in documents {
            write!(
                file,
                "СекцияДокумент=Платежное поручение\nНомер={number}\nДата={day}\n\
                 Сумма={}.{:02}\nПлательщикСчет={THEIRS}\nПлательщик=ООО Перевозчик\n\
                 ПлательщикИНН={PAYER}\nПлательщикБИК={BIC}\nПолучательСчет={OURS}\n\
                 ДатаПоступило={day}\nПолучатель=ООО Оператор\nПолучательБИК={BIC}\n\
                 НазначениеПлатежа={purpose}\nКонецДокумента\n",
                sum / 100,
                sum % 100,
            )
            .unwrap();
        }
        file + "КонецФайла\n"
    }

    /// A register and an invoice come and are accepted. Answers the id of the register.
    async fn carrier(&mut self) -> String {
        let (file, day) = (self.register(), self.day(-2));
        let path = format!("/v1/registers/import?carrier={CARRIER}&number=71-2026&day={day}");
        let told = self.import(REGISTER, &path, &file).await;
        let register = text(&told["register"], "id");
        let path = format!("/v1/registers/{register}/accept");
        let accepted = self.command(Role::Accountant, &path, &json!({})).await;
        assert_eq!(accepted["state"], "accepted");

        let file = self.invoice();
        let told = format!("carrier={CARRIER}&number=900&day={day}&discount_kopecks={DISCOUNT}");
        let path = format!("/v1/imports/carrier-invoices?{told}");
        let told = self.import(INVOICE, &path, &file).await;
        assert_eq!(told["state"], "draft", "{told}");
        let path = format!("/v1/carrier-invoices/{}/accept", text(&told, "invoice_id"));
        let accepted = self.command(Role::Accountant, &path, &json!({})).await;
        assert_eq!(accepted["state"], "accepted");
        register
    }

    /// A statement comes, and the money of the register with another one.
    async fn bank(&mut self, register: &str) {
        let strange: Vec<_> = (1..=DOCUMENTS).map(|number| (number, 10_000, "Аренда")).collect();
        let file = self.statement(&strange);
        let path = "/v1/bank/statements";
        let told = self.import(STATEMENT, path, &file).await;
        assert_eq!(told["documents"], json!(DOCUMENTS), "{told}");

        let sum = (COD - FEE) * i64::try_from(self.parcels.len()).unwrap();
        let file = self.statement(&[(DOCUMENTS + 1, sum, "По реестру № 71-2026")]);
        let shown = format!("/v1/registers/{register}");
        self.insist(SETTLED, Role::Accountant, async |client: ApiClient| {
            client.upload(path, file.as_bytes().to_vec()).await?;
            loop {
                let told = client.get(&shown).await?;
                if !told["settled_on"].is_null() {
                    return Ok(told);
                }
                tokio::time::sleep(POLL).await;
            }
        })
        .await;
    }

    /// Reports, a payout run, one payment that comes back, and the end of the month.
    async fn shops(&mut self) {
        let (from, to) = (self.day(-30), self.day(0));
        for owner in self.server.world.owners {
            let body = json!({ "owner_id": owner, "from": from, "to": to });
            let report = self.command(Role::Accountant, "/v1/agent-reports", &body).await;
            let path = format!("/v1/agent-reports/{}/approve", text(&report, "id"));
            let seen = json!({ "made_at": report["made_at"] });
            let approved = self.command(Role::Administrator, &path, &seen).await;
            assert_eq!(approved["line_count"], json!(PARCELS));
        }
        let account = self.server.desk().get("/v1/bank/accounts").await.unwrap();
        let account = text(&account["items"][0], "id");
        let body = json!({ "cut_off": to, "bank_account_id": account });
        let run = self.command(Role::Accountant, "/v1/payout-runs", &body).await;
        let path = format!("/v1/payout-runs/{}/approve", text(&run, "id"));
        let seen = json!({ "made_at": run["made_at"] });
        let approved = self.command(Role::Administrator, &path, &seen).await;
        assert_eq!(approved["state"], "approved");
        let paid = "SELECT CAST(SUM(paid_kopecks) AS BIGINT) FROM cod";
        let all = COD * i64::try_from(self.parcels.len()).unwrap();
        assert_eq!(self.server.count(paid).await, all);

        let payouts = self.server.desk().list("/v1/payouts").await.unwrap();
        let path = format!("/v1/payouts/{}/return", text(&payouts[0], "id"));
        let back = json!({ "reason": "счёт получателя закрыт" });
        assert_eq!(self.command(Role::Accountant, &path, &back).await["state"], "returned");
        assert_eq!(self.server.count(paid).await, all / 2);
        let body = json!({ "last_day": self.day(-1) });
        self.command(Role::Administrator, "/v1/money/periods", &body).await;
    }

    /// What was charged is what the carrier invoiced, and nothing is left between it and anybody.
    async fn balanced(&self) {
        let charged = "SELECT CAST(SUM(passed_kopecks) AS BIGINT) FROM carrier_charge";
        let invoiced = DELIVERY * i64::try_from(INVOICED).unwrap() + DISCOUNT;
        assert_eq!(self.server.count(charged).await, invoiced);
        let left =
            "SELECT COUNT(*) FROM money_account a JOIN money_balance b ON b.account_id = a.id
             WHERE a.kind IN ('register_clearing', 'pass_through')
               AND b.debit_kopecks <> b.credit_kopecks";
        assert_eq!(self.server.count(left).await, 0);
    }
}

fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_else(|| panic!("no {field}: {body}")).to_owned()
}

#[tokio::test]
async fn a_server_killed_at_every_step_of_a_months_end_leaves_nothing_half_done() {
    let mut office = Office::open().await;
    let register = office.carrier().await;
    office.bank(&register).await;
    office.shops().await;
    office.balanced().await;
    println!("killed {} times", office.kills);
    office.server.finish().await;
}
