problem-import_unreadable = Файл { $file } не прочитать: { $why }. Нужен CSV или XLSX, можно в .gz.
problem-import_column_missing = В файле { $file } нет столбца для поля { $field }. Есть столбцы: { $headings }. Укажите его: --map { $field }=Заголовок.
problem-import_field_unknown = Поля { $field } нет. Известные поля: { $known }.
problem-import_map_invalid = Соответствие столбцов не разобрать: { $map }. Пишите поле=Заголовок через запятую или дайте файл TOML или JSON.
problem-import_owner_missing = Укажите, чей это файл: owner_id.
problem-import_refused = Файл не загружен. { $file }, строка { $line }, столбец { $column }: { $why }. Всего неверных строк: { $count }.
import-missing = пусто: заполните ячейку
import-not-goods = «{ $value }» это услуга, а не товар: строка пропущена
import-cancellation-without-order = «{ $value }» это документ отмены без номера заказа: отмените сам заказ
import-quantity-impossible = количество «{ $value }» невозможно: нужно целое число больше нуля
import-not-a-whole-number = «{ $value }» не целое число
import-not-a-price = «{ $value }» не цена: нужны рубли и не больше двух знаков копеек
import-price-negative = цена «{ $value }» меньше нуля
import-article-unknown = артикула «{ $value }» нет: сначала загрузите товары или разрешите создавать их
import-order-exists = заказ «{ $value }» уже есть с другим содержимым: измените его или дайте другой номер
import-not-a-time = «{ $value }» не время: нужно как 2026-11-22T18:00:00Z
import-not-a-day = «{ $value }» не дата: нужно как 2026-11-22
import-duplicate-in-file = «{ $value }» в файле повторяется: оставьте одну строку
import-barcode-taken = штрихкод «{ $value }» уже у другого товара
import-bad-value = «{ $value }» здесь недопустимо
import-bin-unknown = ячейки «{ $value }» нет: сначала загрузите ячейки
import-word-unknown = слово «{ $value }» неизвестно
