namespace AttentionDsl.Runtime;

/// <summary>
/// The workspace through which the passes of a token-parallel device hand tiles on, a stretch for every chunk and value head
/// (stretch = chunk of the call * heads + head). Each part is a one-row tile, like scratch; columns of single precision take no more than their numbers there
/// (<see cref="ITile{TSelf, TNumber}.TakeColumn"/>).
/// </summary>
/// <typeparam name="TTile">The backend's tile.</typeparam>
public struct Between<TTile>
    where TTile : struct
{
    /// <summary>Tiles whose numbers enter exponentials or gates: single precision on every device.</summary>
    public TTile Exact;

    /// <summary>Tiles that are only factors and terms of matrix products: a device may keep them in half precision.</summary>
    public TTile Packed;

    /// <summary>
    /// The state before every chunk, and behind it the gradient of the state after it. Then, in their place, the rows of keys and values that the pass which reads both leaves: they
    /// are results of products, and may be rounded as states are.
    /// </summary>
    public TTile States;

    /// <summary>The rest of what that pass leaves of a chunk, single precision. A device may keep it where the two stood, too (see <see cref="IVariantKernels.StateElements"/>).</summary>
    public TTile Projected;

    /// <summary>Where sequences are cut into segments: the state (or its gradient) at every border, and the transition to it; single precision (see <see cref="Runtime.Borders"/>, <see cref="DiagonalBorders"/>).</summary>
    public TTile Borders;
}
