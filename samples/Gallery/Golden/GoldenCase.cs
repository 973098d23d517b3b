using AttentionDsl.Runtime;

namespace AttentionDsl.Gallery.Golden;

/// <summary>One file of test vectors, its tensors brought into the shapes a variant takes.</summary>
internal sealed class GoldenCase : IDisposable
{
    private readonly SafeTensors file;
    private readonly List<Tensor> made = [];
    private readonly string[] names;
    private readonly HashSet<string> optional;

    /// <summary>Shapes the tensors of a file for a variant.</summary>
    /// <param name="file">The file; not owned.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="publication">How the file names the variant's tensors.</param>
    /// <param name="number">
    /// Inputs and the output's gradient are given in this type where it holds all their numbers exactly, so that the file's results stay what is expected;
    /// float32 ones of a file in 16 bits are its gates.
    /// </param>
    /// <exception cref="InvalidDataException">A tensor is missing or cannot have the shape it needs.</exception>
    public GoldenCase(SafeTensors file, CaseMetadata metadata, IVariant variant, Publication publication, DataType number = DataType.Float32)
    {
        this.file = file;
        Variant = variant;
        optional = [.. Known.Words(publication.Tensors).Where(x => x.EndsWith('?')).Select(x => x.TrimEnd('?'))];
        names = [.. Known.Words(publication.Tensors).Select(x => x.TrimEnd('?'))];
        VariantDescription description = variant.Description;
        int expected = description.Inputs.Length + description.Parameters.Length;
        if (names.Length != expected)
        {
            throw new InvalidDataException($"{description.Name} is published as '{publication.Name}' with {names.Length} tensor names ({publication.Tensors}), but has {expected} inputs and parameters.");
        }

        try
        {
            Tensor[] inputs = [.. description.Inputs.Select((x, i) => As(number, Input(x, Given(names[i]))))];
            Options = new RunOptions
            {
                Scale = (float?)metadata.Number("scale"),
                SequenceOffsets = file.Tensors.TryGetValue("cu_seqlens", out Tensor? offsets) ? [.. offsets.AsSpan<long>()] : metadata.Offsets,
                StateValueFirst = metadata.StateValueFirst,
                ChunkLength = metadata.Number("chunk") is double chunk ? (int)chunk : null,
                OutputType = DataType.Float32,
            };
            ScaleRounding = metadata.Number("scale") is double scale && scale != 0 ? Math.Abs(((float)scale / scale) - 1) : 0;
            Shapes = variant.Shapes(inputs, Options);
            Call = new CallTensors(
                inputs,
                [.. description.Parameters.Select((x, i) => Parameter(x, names[description.Inputs.Length + i], metadata))],
                State("h0"),
                Find("do") is { } gradient ? As(number, Shaped("do", gradient, Shapes.Output.AsSpan())) : null,
                State("dht"));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IVariant Variant { get; }

    public RunOptions Options { get; }

    public VariantShapes Shapes { get; }

    /// <summary>The tensors to run with. No gradient of the output: the file has none.</summary>
    public CallTensors Call { get; }

    /// <summary>Relative error that the file's scale brings in by becoming a float32: every result is proportional to it, or free of it.</summary>
    public double ScaleRounding { get; }

    /// <summary>The initial state, or zeros; the caller frees it.</summary>
    public Tensor StartingState(DataType number) => Call.InitialState?.Cast(number) ?? new Tensor(number, Shapes.State.AsSpan());

    /// <summary>The expected results by name (output, final state), next to those of a forward pass.</summary>
    public IEnumerable<(int Index, string Name, Tensor Expected, Tensor Got)> Outputs(Tensor output, Tensor finalState) =>
        Pairs(("o", output), ("ht", finalState));

    /// <summary>The expected gradients by name (inputs, parameters, initial state), next to computed ones.</summary>
    public IEnumerable<(int Index, string Name, Tensor Expected, Tensor Got)> Gradients(BackwardResult result) =>
        Pairs([.. result.Inputs.Concat(result.Parameters).Select((x, i) => ("d" + names[i], x)), ("dh0", result.InitialState)]);

    public void Dispose() => made.ForEach(x => x.Dispose());

    // The results that the file has numbers for, each with its place among all.
    private IEnumerable<(int Index, string Name, Tensor Expected, Tensor Got)> Pairs(params (string Name, Tensor? Got)[] results)
    {
        foreach ((int i, (string name, Tensor? got)) in results.Index())
        {
            if (got is not null && file.Tensors.TryGetValue(name, out Tensor? expected))
            {
                yield return (i, name, expected, name is "ht" or "dh0" ? WithoutKeySums(got, expected) : got);
            }
        }
    }

    // What the kernels are given; they take no double precision, which a file may well have.
    private Tensor? Find(string name) =>
        !file.Tensors.TryGetValue(name, out Tensor? tensor) ? null : tensor.Type == DataType.Float64 ? Make(tensor.ToFloat32()) : tensor;

    private Tensor Given(string name) => Find(name)
        ?? throw new InvalidDataException($"{file.Source}: expected a tensor '{name}', but the file has {string.Join(", ", file.Tensors.Keys.Order())}.");

    // Some layers have no heads: their tensors are [B, T, D], which is one head of D channels.
    private Tensor Input(InputDescription description, Tensor tensor)
    {
        int rank = description.Channels is Channels.Scalar ? 3 : 4;
        return tensor.Shape.Length == rank - 1 ? Make(tensor.Reshape([.. tensor.Shape.AsSpan()[..2], 1, .. tensor.Shape.AsSpan()[2..]])) : tensor;
    }

    private Tensor Parameter(ParameterDescription description, string name, CaseMetadata metadata)
    {
        if (description.Channels == Channels.Single && !file.Tensors.ContainsKey(name))
        {
            double value = metadata.Number(name)
                ?? throw new InvalidDataException($"{file.Source}: expected a number '{name}' in the metadata or a tensor of this name, but there is none.");
            return Make(Tensor.From([(float)value], 1));
        }

        int width = description.Channels switch { Channels.Key => Shapes.K, Channels.Value => Shapes.V, _ => 1 };
        if (!file.Tensors.ContainsKey(name) && optional.Contains(name))
        {
            return Make(width == 1 ? new Tensor(DataType.Float32, Shapes.Heads) : new Tensor(DataType.Float32, Shapes.Heads, width));
        }

        Tensor tensor = Given(name);
        if (tensor.Count % width != 0)
        {
            throw new InvalidDataException($"{file.Source}: tensor '{name}': expected [heads, {width}], but got {tensor}.");
        }

        return description.Channels is Channels.Key or Channels.Value
            ? Make(tensor.Reshape(tensor.Count / width, width))
            : Make(tensor.Reshape(tensor.Count));
    }

    private Tensor? State(string name)
    {
        if (Find(name) is not { } tensor)
        {
            return null;
        }

        long wanted = Product(Shapes.State.AsSpan());
        if (!Variant.Description.Normalizer || tensor.Count == wanted)
        {
            return Shaped(name, tensor, Shapes.State.AsSpan());
        }

        // Files may leave the sum of keys out: it then begins at zero, and nothing flows into its gradient.
        (long rows, int columns) = (wanted / (Shapes.V + 1), Shapes.V);
        if (Options.StateValueFirst || tensor.Count != rows * columns)
        {
            throw new InvalidDataException($"{file.Source}: tensor '{name}': expected [{string.Join(", ", Shapes.State)}] (with the sum of keys), but got {tensor}.");
        }

        Tensor padded = Make(new Tensor(DataType.Float32, Shapes.State.AsSpan()));
        for (long i = 0; i < tensor.Count; i++)
        {
            padded[(i / columns * (columns + 1)) + (i % columns)] = tensor[i];
        }

        return padded;
    }

    private Tensor WithoutKeySums(Tensor state, Tensor expected)
    {
        if (!Variant.Description.Normalizer || state.Count == expected.Count)
        {
            return state;
        }

        Tensor trimmed = Make(new Tensor(state.Type, expected.Shape.AsSpan()));
        for (long i = 0; i < trimmed.Count; i++)
        {
            trimmed[i] = state[(i / Shapes.V * (Shapes.V + 1)) + (i % Shapes.V)];
        }

        return trimmed;
    }

    private Tensor Shaped(string name, Tensor tensor, ReadOnlySpan<long> shape)
    {
        if (tensor.Count != Product(shape))
        {
            throw new InvalidDataException($"{file.Source}: tensor '{name}': expected [{string.Join(", ", shape.ToArray())}], but got {tensor}.");
        }

        return tensor.Shape.AsSpan().SequenceEqual(shape) ? tensor : Make(tensor.Reshape(shape));
    }

    private Tensor As(DataType number, Tensor tensor)
    {
        if (number is not (DataType.BFloat16 or DataType.Float16))
        {
            return tensor;
        }

        Tensor cast = Make(tensor.Cast(number));
        for (long i = 0; i < tensor.Count; i++)
        {
            if (cast[i] != tensor[i])
            {
                return tensor;
            }
        }

        return cast;
    }

    private Tensor Make(Tensor tensor)
    {
        made.Add(tensor);
        return tensor;
    }

    private static long Product(ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long length in shape)
        {
            count *= length;
        }

        return count;
    }
}
