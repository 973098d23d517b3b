using AttentionDsl.Lab.Layers;
using AttentionDsl.Runtime;

namespace AttentionDsl.Lab.Decoding;

/// <summary>A declared variant: the past is its state.</summary>
internal sealed class RecurrentDecoder : Decoder
{
    private readonly IVariant variant;
    private readonly Tensor[] inputs, gates;
    private readonly Tensor state;

    public RecurrentDecoder(IVariant variant, MixerSize size)
    {
        this.variant = variant;
        VariantDescription description = variant.Description;
        inputs = [.. description.Inputs.Select(x =>
        {
            var projected = new Projected(x, description.Normalizer, 0, size);
            using Tensor raw = Random(x.Name, 1, 1, projected.Columns);
            return projected.Forward(raw);
        })];
        gates = [.. description.Parameters.Select(x => GateParameters.Make(new Initializer(1), x, size).Value)];
        state = Random("state", variant.Shapes(inputs).State.AsSpan());
    }

    public override long Bytes => state.Count * sizeof(float);

    public override void Step() => variant.Decode(inputs, gates, state).Dispose();

    public override void Dispose()
    {
        foreach (Tensor tensor in inputs.Concat(gates).Append(state))
        {
            tensor.Dispose();
        }
    }
}
