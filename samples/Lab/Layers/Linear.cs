using AttentionDsl.Runtime;

namespace AttentionDsl.Lab.Layers;

/// <summary>y = x W, W [in, out]; no bias.</summary>
internal sealed class Linear(Parameter weight) : Layer
{
    private readonly Buffer y = new(), dx = new();
    private Tensor? x;

    public Linear(Initializer initializer, string name, int inputs, int outputs, double gain = 1)
        : this(initializer.Matrix(name, inputs, outputs, gain / Math.Sqrt(inputs)))
    {
    }

    public override IEnumerable<Parameter> Parameters => [weight];

    public int Outputs => (int)weight.Value.Shape[1];

    public override Tensor Forward(Tensor x)
    {
        this.x = x;
        Tensor y = this.y.Of(x.Shape[0], x.Shape[1], weight.Value.Shape[1]);
        HostTile.Product(Tiles.All(y), Tiles.All(x), Tiles.All(weight.Value), Into.Set);
        return y;
    }

    public override Tensor Backward(Tensor dy)
    {
        HostTile.TransposedProduct(Tiles.All(weight.Gradient), Tiles.All(x!), Tiles.All(dy), Into.Add);
        Tensor dx = this.dx.Like(x!);
        HostTile.ProductTransposed(Tiles.All(dx), Tiles.All(dy), Tiles.All(weight.Value), Into.Set);
        return dx;
    }
}
