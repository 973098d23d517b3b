namespace AttentionDsl.Runtime;

/// <summary>Holds the tensors and options of a call against a declaration. Every error names the variant, the tensor, what was expected and what came.</summary>
internal static class ShapeCheck
{
    /// <summary>Checks inputs and options, and reads the sizes off them.</summary>
    /// <param name="description">The declaration.</param>
    /// <param name="inputs">The inputs of the call.</param>
    /// <param name="options">How it is run.</param>
    /// <param name="number">The engine's element type: double precision takes Float64 inputs, too.</param>
    public static CallShape Call(VariantDescription description, IReadOnlyList<Tensor> inputs, RunOptions options, DataType number)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count != description.Inputs.Length)
        {
            throw Bad(description, $"expected {description.Inputs.Length} inputs ({string.Join(", ", description.Inputs.Select(x => x.Name))}), but {inputs.Count} were given");
        }

        for (int i = 0; i < inputs.Count; i++)
        {
            Floating(description, description.Inputs[i].Name, inputs[i], number);
            Rank(description, description.Inputs[i], inputs[i]);
        }

        (long batch, long tokens, int updates) = Rows(description, inputs);
        (int heads, int k, int v) = Channels(description, inputs);
        int sequences = OptionCheck.Sequences(description, options, batch, tokens);
        int value = IndexOf(description, x => x.Role == "value") ?? IndexOf(description, x => x.Channels == Runtime.Channels.Value) ?? 0;
        return new CallShape
        {
            Batch = batch,
            TokensPerBatch = tokens,
            Sequences = sequences,
            Heads = heads,
            K = k,
            V = v,
            StateColumns = description.Normalizer ? v + 1 : v,
            Updates = updates,
            OutputWidth = description.ReadsKeys ? k : v,
            OutputType = OptionCheck.OutputType(description, options) ?? (inputs.Count > 0 ? inputs[value].Type : DataType.Float32),
            OutputLike = value,
            StateValueFirst = options.StateValueFirst,
            Scale = OptionCheck.Scale(description, options, k),
            Chunk = OptionCheck.Chunk(description, options),
            Offsets = options.SequenceOffsets,
        };
    }

    /// <summary>Checks the parameters of the gates.</summary>
    public static void Parameters(VariantDescription description, IReadOnlyList<Tensor?> parameters, CallShape shape, DataType number)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Count != description.Parameters.Length)
        {
            string names = description.Parameters.IsEmpty ? "none" : string.Join(", ", description.Parameters.Select(x => x.Name));
            throw Bad(description, $"expected {description.Parameters.Length} parameters ({names}), but {parameters.Count} were given");
        }

        for (int i = 0; i < parameters.Count; i++)
        {
            ParameterDescription parameter = description.Parameters[i];
            Tensor? given = parameters[i];
            Floating(description, parameter.Name, given, number);
            if (parameter.Channels == Runtime.Channels.Single)
            {
                if (given!.Count != 1)
                {
                    throw Bad(description, $"{parameter.Name}: expected a single number, but got {given}");
                }

                continue;
            }

            int width = shape.Width(parameter.Channels);
            bool vector = parameter.Channels != Runtime.Channels.Scalar;
            string expected = vector ? $"[heads, {width}]" : "[heads]";
            if (given!.Shape.Length != (vector ? 2 : 1) || (vector && given.Shape[1] != width))
            {
                throw Bad(description, $"{parameter.Name}: expected {expected}, but got {given}");
            }

            if (given.Shape[0] < 1 || shape.Heads % given.Shape[0] != 0)
            {
                throw Bad(description, $"{parameter.Name}: expected {expected} with a number of heads that divides the {shape.Heads} heads of the inputs, but got {given}");
            }
        }
    }

    /// <summary>Checks a state, or the gradient of one.</summary>
    /// <param name="description">The declaration.</param>
    /// <param name="name">How messages call it.</param>
    /// <param name="state">The state; null is fine where the caller allows it.</param>
    /// <param name="shape">The call.</param>
    /// <param name="number">The engine's element type.</param>
    /// <param name="anyEntries">True for a pool with any number of entries.</param>
    public static void State(VariantDescription description, string name, Tensor? state, CallShape shape, DataType number, bool anyEntries = false)
    {
        if (state is null)
        {
            return;
        }

        Alive(description, name, state);
        if (state.Type != DataType.Float32 && !(number == DataType.Float64 && state.Type == DataType.Float64))
        {
            throw Bad(description, $"{name}: states are Float32, but got {state}; convert it with Cast(DataType.Float32)");
        }

        long entries = anyEntries && state.Shape.Length == 4 ? state.Shape[0] : shape.Sequences;
        long[] expected = shape.State(entries);
        if (!state.Shape.AsSpan().SequenceEqual(expected))
        {
            string axes = (shape.StateValueFirst, shape.StateColumns != shape.V) switch
            {
                (false, false) => "N, heads, K, V",
                (false, true) => "N, heads, K, V + 1: the last column is the sum of keys",
                (true, false) => "N, heads, V, K",
                (true, true) => "N, heads, V + 1, K: the last row is the sum of keys",
            };
            string remedy = state.Shape.Length == 4 && shape.K != shape.StateColumns && state.Shape.AsSpan().SequenceEqual(Exchanged(expected))
                ? "; its last two axes are exchanged: set RunOptions.StateValueFirst accordingly"
                : "";
            throw Bad(description, $"{name}: expected [{string.Join(", ", expected)}] ({axes}), but got {state}{remedy}");
        }
    }

    /// <summary>Checks the gradient of the output.</summary>
    public static void OutputGradient(VariantDescription description, Tensor gradient, CallShape shape, DataType number)
    {
        Floating(description, "the output's gradient", gradient, number);
        if (!gradient.Shape.AsSpan().SequenceEqual(shape.Output))
        {
            throw Bad(description, $"the output's gradient: expected the output's shape [{string.Join(", ", shape.Output)}], but got {gradient}");
        }
    }

    private static void Floating(VariantDescription description, string name, Tensor? tensor, DataType number)
    {
        if (tensor is null)
        {
            throw Bad(description, $"{name}: expected a tensor, but got null; every input and parameter must be given");
        }

        Alive(description, name, tensor);
        if (tensor.Type == DataType.Int64 || (tensor.Type == DataType.Float64 && number != DataType.Float64))
        {
            throw Bad(description, $"{name}: expected Float32, BFloat16 or Float16, but got {tensor}; convert it with Cast(DataType.Float32)");
        }
    }

    private static void Alive(VariantDescription description, string name, Tensor tensor)
    {
        if (tensor.IsDisposed)
        {
            throw new ObjectDisposedException(nameof(Tensor), $"{description.Name}: {name} was disposed; keep it until the call returns.");
        }
    }

    private static void Rank(VariantDescription description, InputDescription input, Tensor tensor)
    {
        bool scalar = input.Channels is Runtime.Channels.Scalar or Runtime.Channels.Single;
        if (tensor.Shape.Length != (scalar ? 3 : 4))
        {
            string axes = input.Channels switch
            {
                Runtime.Channels.Key => "[B, T, heads, K]",
                Runtime.Channels.Value => "[B, T, heads, V]",
                _ => "[B, T, heads]",
            };
            throw Bad(description, $"{input.Name} ({input.Role}): expected {axes}, but got {tensor}");
        }
    }

    private static (long Batch, long Tokens, int Updates) Rows(VariantDescription description, IReadOnlyList<Tensor> inputs)
    {
        int reference = IndexOf(description, x => !x.PerUpdate) ?? 0;
        long batch = inputs.Count > 0 ? inputs[reference].Shape[0] : 0;
        long tokens = inputs.Count > 0 ? inputs[reference].Shape[1] : 0;
        string like = inputs.Count > 0 ? $"{description.Inputs[reference].Name} is {inputs[reference]}" : "";
        long updates = 0;
        string updatesOf = "";
        for (int i = 0; i < inputs.Count; i++)
        {
            InputDescription input = description.Inputs[i];
            long rows = inputs[i].Shape[1];
            if (inputs[i].Shape[0] != batch)
            {
                throw Bad(description, $"{input.Name}: expected a batch of {batch} ({like}), but got {inputs[i]}");
            }

            if (!input.PerUpdate)
            {
                if (rows != tokens)
                {
                    throw Bad(description, $"{input.Name}: expected {tokens} tokens ({like}), but got {inputs[i]}");
                }

                continue;
            }

            // Without tokens any number of updates fits; 1 is as good as another.
            if (tokens == 0 ? rows != 0 : rows == 0 || rows % tokens != 0)
            {
                throw Bad(description, $"{input.Name}: expected a row for every state update, a whole multiple of the {tokens} tokens ({like}), but got {inputs[i]}");
            }

            long own = tokens == 0 ? 1 : rows / tokens;
            if (updates != 0 && own != updates)
            {
                throw Bad(description, $"{input.Name}: expected {updates} state updates a token as {updatesOf} has, that is {updates * tokens} rows, but got {inputs[i]}");
            }

            (updates, updatesOf) = (own, input.Name);
        }

        if (updates > int.MaxValue)
        {
            throw Bad(description, $"{updatesOf}: expected less than 2^31 state updates a token, but got {updates}");
        }

        return (batch, tokens, Math.Max(1, (int)updates));
    }

    private static (int Heads, int K, int V) Channels(VariantDescription description, IReadOnlyList<Tensor> inputs)
    {
        long heads = inputs.Count > 0 ? inputs.Max(x => x.Shape[2]) : 0;
        long[] widths = [0, 0];
        string[] from = ["", ""];
        for (int i = 0; i < inputs.Count; i++)
        {
            InputDescription input = description.Inputs[i];
            long own = inputs[i].Shape[2];
            if (own < 1 || heads % own != 0)
            {
                throw Bad(description, $"{input.Name}: expected a number of heads that divides the {heads} value heads, but got {own} ({inputs[i]})");
            }

            if (input.Channels is Runtime.Channels.Key or Runtime.Channels.Value)
            {
                int side = input.Channels == Runtime.Channels.Key ? 0 : 1;
                long width = inputs[i].Shape[3];
                if (width < 1)
                {
                    throw Bad(description, $"{input.Name}: expected at least one channel, but got {inputs[i]}");
                }

                if (from[side].Length != 0 && width != widths[side])
                {
                    throw Bad(description, $"{input.Name}: expected {widths[side]} {(side == 0 ? "key" : "value")} channels as {from[side]} has, but got {inputs[i]}");
                }

                (widths[side], from[side]) = (width, from[side].Length == 0 ? input.Name : from[side]);
            }
        }

        long k = Math.Max(1, widths[0]), v = Math.Max(1, widths[1]);

        // Kernels index a row, and a state's rows of one head, with 32 bits; rows themselves have 64.
        if (heads * (Math.Max(k, v) + 1) > int.MaxValue || k * (v + 1) > int.MaxValue)
        {
            throw Bad(description, $"{heads} heads of {k} key and {v} value channels are too many: one token's row and one head's state must each have less than 2^31 numbers");
        }

        return ((int)heads, (int)k, (int)v);
    }

    private static long[] Exchanged(long[] shape) => [shape[0], shape[1], shape[3], shape[2]];

    private static int? IndexOf(VariantDescription description, Func<InputDescription, bool> which)
    {
        for (int i = 0; i < description.Inputs.Length; i++)
        {
            if (which(description.Inputs[i]))
            {
                return i;
            }
        }

        return null;
    }

    internal static ArgumentException Bad(VariantDescription description, string what) => new($"{description.Name}: {what}.");
}
