namespace AttentionDsl.Runtime;

/// <summary>Sizes of a call.</summary>
/// <param name="Batch">Sequences, B.</param>
/// <param name="Tokens">Tokens of a sequence, T.</param>
/// <param name="Heads">Heads of every input.</param>
/// <param name="K">Key channels of a head.</param>
/// <param name="V">Value channels of a head.</param>
public sealed record CallSize(int Batch, int Tokens, int Heads, int K, int V)
{
    /// <summary>State updates a token, for variants that have several.</summary>
    public int Updates { get; init; } = 2;

    /// <summary>The sizes by name, such as <c>B 2, T 150, H 2, K 32, V 32</c>.</summary>
    public override string ToString() => $"B {Batch}, T {Tokens}, H {Heads}, K {K}, V {V}";
}
