namespace AttentionDsl.Generator;

/// <summary>How a kernel spells the rows of a chunk.</summary>
/// <param name="Start">First token.</param>
/// <param name="Count">Rows of a tile with a row a token.</param>
/// <param name="UpdateStart">First state update.</param>
/// <param name="Updates">Rows of a tile with a row a state update.</param>
/// <param name="Tokens">Number of tokens: rows of the caller's tensors.</param>
/// <param name="TensorUpdates">Number of state updates, likewise.</param>
internal sealed record RowsText(string Start, string Count, string UpdateStart, string Updates, string Tokens, string TensorUpdates);
