namespace AttentionDsl.Runtime;

/// <summary>Where a call runs: on the device that its options name, or where its tensors are.</summary>
internal static class Places
{
    /// <summary>The engine of a call.</summary>
    /// <param name="description">The variant.</param>
    /// <param name="options">Its options.</param>
    /// <param name="tensors">The tensors of the call, with what messages call them.</param>
    /// <exception cref="ArgumentException">A tensor is on another device.</exception>
    public static IEngine Engine(VariantDescription description, RunOptions options, IEnumerable<(string Name, Tensor? Tensor)> tensors)
    {
        IEngine? engine = options.Engine ?? options.Device?.Engine;
        string because = "as RunOptions.Device says";
        foreach ((string name, Tensor? tensor) in tensors)
        {
            if (Of(tensor) is not { } place || ReferenceEquals(place, engine))
            {
                continue;
            }

            if (engine is not null)
            {
                string where = engine is DeviceEngine device ? device.Name : "the host";
                string remedy = engine is DeviceEngine ? $"copy it there with {name}.ToHost().ToDevice(device)" : $"copy it with {name}.ToHost()";
                throw ShapeCheck.Bad(description, $"{name} is {tensor}, but the call runs on {where} {because}; {remedy}, or run where {name} is");
            }

            (engine, because) = (place, $"where {name} is");
        }

        return engine ?? HostEngine.Instance;
    }

    /// <summary>The inputs and parameters of a call with their names, as far as there are any.</summary>
    public static IEnumerable<(string Name, Tensor? Tensor)> Named(VariantDescription description, IReadOnlyList<Tensor>? inputs, IReadOnlyList<Tensor?>? parameters) =>
        description.Inputs.Select(x => x.Name).Zip(inputs ?? [])
            .Select(x => (x.First, (Tensor?)x.Second))
            .Concat(description.Parameters.Select(x => x.Name).Zip(parameters ?? []));

    private static DeviceEngine? Of(Tensor? tensor) => (tensor?.Device as DeviceBytes)?.Engine;
}
