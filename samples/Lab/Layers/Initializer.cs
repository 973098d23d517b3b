namespace AttentionDsl.Lab.Layers;

/// <summary>
/// Makes parameters. The numbers depend on the seed and the parameter's name alone: models of one seed begin equal wherever they are alike.
/// </summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Scope">Where in the model, such as <c>block.0.</c></param>
internal sealed record Initializer(ulong Seed, string Scope = "")
{
    public Initializer In(string name) => this with { Scope = $"{Scope}{name}." };

    /// <summary>A matrix of normal numbers.</summary>
    public Parameter Matrix(string name, int rows, int columns, double deviation)
    {
        var random = new RandomStream(Seed, Scope + name);
        return Make(name, true, () => (float)(deviation * random.Normal()), rows, columns);
    }

    /// <summary>A scale, a bias or a parameter of a gate.</summary>
    public Parameter Vector(string name, Func<RandomStream, int, float> number, params ReadOnlySpan<long> shape)
    {
        int i = 0;
        return Make(name, false, () => number(new RandomStream(Seed, $"{Scope}{name}.{i}"), i++), shape);
    }

    private Parameter Make(string name, bool decays, Func<float> next, params ReadOnlySpan<long> shape)
    {
        var value = new Tensor(DataType.Float32, shape);
        foreach (ref float x in value.AsSpan<float>())
        {
            x = next();
        }

        return new Parameter(Scope + name, value, decays);
    }
}
