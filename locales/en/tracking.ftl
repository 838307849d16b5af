problem-carrier_hook_unknown = No messages are taken at this address. Check it in the carrier's account: the contract shows it.
problem-shipment_not_tracked = The shipment is { $state }: its carrier has nothing to tell yet. Wait until it is registered.
problem-shipment_attention_gone = The shipment does not call for this attention any more: somebody put it aside, or there is another reason. Read the list again.
problem-shipment_reason_missing = The shipment is { $status } already, and the given status does not follow from that. If that is wrong, give the reason: it stays in the history with your name.
