namespace AttentionDsl.Generator.Tests.Algebra;

/// <summary>Everything between a declaration and its text is a value: equal in, equal out.</summary>
public class ModelTests
{
    public static TheoryData<string> Files => [.. Repository.VariantFiles];

    [Theory]
    [MemberData(nameof(Files))]
    public void EqualDeclarationsGiveEqualModels(string file)
    {
        Declaration first = Source.Read(Repository.Variant(file)), second = Source.Read($"// Elsewhere.\n{Repository.Variant(file)}");
        Assert.Equal(first, second);
        StateUpdate update = StateUpdate.From(first), same = StateUpdate.From(second);
        Assert.Equal(update, same);
        Assert.Equal(update.GetHashCode(), same.GetHashCode());
        Assert.Equal(ChunkProgram.From(update), ChunkProgram.From(same));
        Assert.Equal(ChunkProgram.From(update).GetHashCode(), ChunkProgram.From(same).GetHashCode());
        Assert.Equal(StepProgram.From(update), StepProgram.From(same));
    }

    [Theory]
    [InlineData("Softplus(g + dtBias)", "Softplus(g - dtBias)")]
    [InlineData("Softplus(g + dtBias)", "Softplus(dtBias + g)")]
    [InlineData("[LogDecay] KeyVector G", "[LogDecay(LowerBound = -5)] KeyVector G")]
    [InlineData("Key(L2Normalize = true)", "Key")]
    [InlineData("DeltaRule]", "DeltaRule(EraseBeforeDecay = true)]")]
    [InlineData("[PerKeyChannel]", "[PerHead]")]
    public void DifferentDeclarationsGiveDifferentModels(string old, string with)
    {
        string text = Repository.Variant("KimiDelta"), other = text.Replace(old, with, StringComparison.Ordinal);
        Assert.NotEqual(text, other);
        Declaration first = Source.Read(text), second = Source.Parse(other).Declaration! with { Text = first.Text };
        Assert.NotEqual(first, second);
        Assert.NotEqual(StateUpdate.From(first), StateUpdate.From(second));
    }

    [Fact]
    public void EqualArraysOfEqualElementsAreEqual()
    {
        EquatableArray<string> a = EquatableArray.Of("x", "y"), b = EquatableArray.Of("x", "y"), none = default;
        Assert.Equal(a, b);
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.NotEqual(a, EquatableArray.Of("y", "x"));
        Assert.NotEqual(a, EquatableArray.Of("x"));
        Assert.Equal(EquatableArray<string>.Empty, none);
        Assert.Empty(none);
    }
}
