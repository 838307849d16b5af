problem-connection_unknown = Нет такого подключения. Обновите список.
problem-connection_name_taken = Имя «{ $name }» или этот адрес уже заняты другим подключением.
problem-protocol_unknown = Протокол «{ $protocol }» неизвестен. Список: /v1/device-protocols.
problem-channel_wrong = Устройства «{ $protocol }» не подключаются через { $channel }. Выберите канал из /v1/device-protocols.
problem-protocol_no_messages = Устройства «{ $protocol }» не присылают сообщений. Подключите их по TCP или последовательному порту.
problem-not_a_web_socket = Это адрес WebSocket: подключитесь к нему как к ws:// или wss://.
problem-connection_device_unknown = На этом складе нет действующего устройства { $device }. Сначала зарегистрируйте его.
problem-setup_code_not_drawn = Код настройки не рисуется: { $why }
