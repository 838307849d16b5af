problem-connection_unknown = There is no such connection. Reload the list.
problem-connection_name_taken = The name “{ $name }” or this address belongs to another connection.
problem-protocol_unknown = The protocol “{ $protocol }” is unknown. See /v1/device-protocols.
problem-channel_wrong = Devices of “{ $protocol }” are not connected by { $channel }. Choose a channel from /v1/device-protocols.
problem-protocol_no_messages = Devices of “{ $protocol }” do not send messages. Connect them over TCP or a serial port.
problem-not_a_web_socket = This is the address of a WebSocket: connect to it as ws:// or wss://.
problem-connection_device_unknown = There is no active device { $device } in this warehouse. Enrol it first.
problem-setup_code_not_drawn = A set-up code cannot be drawn: { $why }
