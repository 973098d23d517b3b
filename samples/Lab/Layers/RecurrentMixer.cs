using System.Numerics.Tensors;
using AttentionDsl.Runtime;

namespace AttentionDsl.Lab.Layers;

/// <summary>
/// Any declared variant as a mixer. The declaration says which inputs exist and what parameters its gates have; one product makes all
/// inputs from the token, and the variant's own training step, prepared for their shapes, does the rest.
/// </summary>
internal sealed class RecurrentMixer : Mixer
{
    private readonly IVariant variant;
    private readonly Projected[] inputs;
    private readonly Parameter[] gates;
    private readonly Linear projection;
    private readonly Buffer flat = new(), doutput = new(), dprojected = new();
    private Tensor[] given = [];
    private PreparedTraining<BackwardResult>? step;

    /// <param name="initializer">Makes the parameters.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="size">The sizes.</param>
    public RecurrentMixer(Initializer initializer, IVariant variant, MixerSize size)
    {
        this.variant = variant;
        VariantDescription description = variant.Description;
        (Heads, HeadWidth) = (size.Heads, description.ReadsKeys ? size.K : size.V);

        inputs = new Projected[description.Inputs.Length];
        int columns = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = new Projected(description.Inputs[i], description.Normalizer, columns, size);
            columns += inputs[i].Columns;
        }

        Parameter weight = initializer.Matrix("inputs", size.Width, Tiles.Rounded(columns), 1 / Math.Sqrt(size.Width));
        foreach (Projected input in inputs)
        {
            input.Scale(weight.Value);
        }

        projection = new(weight);
        gates = [.. description.Parameters.Select(x => GateParameters.Make(initializer, x, size))];
    }

    public override int Heads { get; }

    public override int HeadWidth { get; }

    public override IEnumerable<Parameter> Parameters =>
        [.. projection.Parameters, .. gates.Where((_, i) => variant.Description.Parameters[i].Learned)];

    public override Tensor Forward(Tensor x)
    {
        Tensor projected = projection.Forward(x);
        Tensor[] given = [.. inputs.Select(input => input.Forward(projected))];
        if (step is null || !given.SequenceEqual(this.given))
        {
            // Of other shapes, inputs are other tensors.
            step?.Dispose();
            step = variant.PrepareTraining(given, [.. gates.Select(x => x.Value)], doutput.Of(variant.Shapes(given).Output.AsSpan()));
            this.given = given;
        }

        step.Forward();
        return Flat(step.Result.Output);
    }

    public override Tensor Backward(Tensor dy)
    {
        BackwardResult gradients = step!.Gradients;
        dy.CopyTo(doutput.Like(step.Result.Output));
        step.Backward();
        for (int i = 0; i < gates.Length; i++)
        {
            if (gradients.Parameters[i] is { } gradient)
            {
                TensorPrimitives.Add(gates[i].Gradient.AsSpan<float>(), gradient.AsSpan<float>(), gates[i].Gradient.AsSpan<float>());
            }
        }

        Tensor dprojected = this.dprojected.Of(dy.Shape[0], dy.Shape[1], projection.Outputs);
        dprojected.AsSpan<float>().Clear();
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i].Backward(gradients.Inputs[i], dprojected);
        }

        return projection.Backward(dprojected);
    }

    /// <summary>[B, T, heads, channels] as [B, T, heads * channels].</summary>
    private Tensor Flat(Tensor output)
    {
        Tensor flat = this.flat.Of(output.Shape[0], output.Shape[1], output.Shape[2] * output.Shape[3]);
        output.CopyTo(flat);
        return flat;
    }
}
