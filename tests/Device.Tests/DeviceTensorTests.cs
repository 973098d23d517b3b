using AttentionDsl.Runtime;
using AttentionDsl.Variants;

namespace AttentionDsl.Device.Tests;

/// <summary>Tensors that live on a device: copies there and back, calls whose tensors stay there, and what is refused.</summary>
public class DeviceTensorTests
{
    private static readonly ComputeDevice Device = ComputeDevice.Find("simulator");

    public static TheoryData<string> Some => ["RetNet", "Mamba2", "KimiDelta", "GatedDeltaProduct"];

    [Theory]
    [InlineData(DataType.Float32)]
    [InlineData(DataType.BFloat16)]
    [InlineData(DataType.Float16)]
    public void Bits_come_back_as_they_went(DataType type)
    {
        using Tensor tensor = Numbers().Cast(type);
        using Tensor there = tensor.ToDevice(Device);
        using Tensor clone = there.Clone();
        using Tensor back = clone.ToHost();
        Assert.True(there.IsOnDevice);
        Assert.False(back.IsOnDevice);
        Same(tensor, back);
    }

    [Theory]
    [InlineData(DataType.Float32, DataType.BFloat16)]
    [InlineData(DataType.Float32, DataType.Float16)]
    [InlineData(DataType.BFloat16, DataType.Float32)]
    [InlineData(DataType.Float16, DataType.Float32)]
    [InlineData(DataType.Float16, DataType.BFloat16)]
    public void A_device_rounds_as_the_host_does(DataType from, DataType to)
    {
        using Tensor tensor = Numbers().Cast(from);
        using Tensor expected = tensor.Cast(to);
        using Tensor there = tensor.ToDevice(Device);
        using Tensor cast = there.Cast(to);
        using Tensor back = cast.ToHost();
        Same(expected, back);

        // From the host to a device of another type, and back.
        using Tensor other = Device.Zeros(to, tensor.Shape.AsSpan());
        tensor.CopyTo(other);
        using Tensor arrived = other.ToHost();
        Same(expected, arrived);
    }

    [Theory]
    [MemberData(nameof(Some))]
    public void Results_stay_there_and_are_those_of_the_hosts_tensors(string name)
    {
        IVariant variant = Catalog.All.Single(x => x.Description.Name == name);
        var options = new RunOptions { Device = Device, ChunkLength = 3 };
        using var given = new RandomInputs(variant.Description, new CallSize(2, 5, 2, 4, 3));
        VariantShapes shapes = variant.Shapes(given.Inputs, options);
        using Tensor state = given.State(variant.Description, shapes), upstream = given.Like(shapes.Output);
        using ForwardResult forward = variant.Forward(given.Inputs, given.Parameters, state, options);
        using BackwardResult backward = variant.Backward(given.Inputs, given.Parameters, upstream, null, state, options);
        using Tensor decoded = state.Clone();
        using Tensor output = variant.Decode(given.Inputs, given.Parameters, decoded, options);

        // No device is named: the call runs where its tensors are.
        var here = new RunOptions { ChunkLength = 3 };
        Tensor[] inputs = [.. given.Inputs.Select(x => x.ToDevice(Device))], parameters = [.. given.Parameters.Select(x => x!.ToDevice(Device))];
        using Tensor initial = state.ToDevice(Device), gradient = upstream.ToDevice(Device);
        using ForwardResult forwardThere = variant.Forward(inputs, parameters, initial, here);
        using BackwardResult backwardThere = variant.Backward(inputs, parameters, gradient, null, initial, here);
        using Tensor outputThere = variant.Decode(inputs, parameters, initial, here);
        SameThere(forward.Output, forwardThere.Output);
        SameThere(forward.FinalState, forwardThere.FinalState);
        SameThere(output, outputThere);
        SameThere(decoded, initial);
        foreach ((Tensor? expected, Tensor? got) in backward.All().Zip(backwardThere.All()))
        {
            if (expected is not null)
            {
                Assert.True(got!.IsOnDevice);
                using Tensor back = got.ToHost();
                for (long i = 0; i < expected.Count; i++)
                {
                    // Sums over what shared a number are double precision on the host.
                    Assert.Equal(expected[i], back[i], 1e-5 * Math.Max(1, Math.Abs(expected[i])));
                }
            }
        }

        Array.ForEach(inputs, x => x.Dispose());
        Array.ForEach(parameters, x => x.Dispose());
    }

    [Fact]
    public void Shared_heads_and_sixteen_bits_are_dealt_with_on_the_device()
    {
        IVariant variant = KimiDelta.Variant;
        using var given = new RandomInputs(variant.Description, new CallSize(1, 4, 4, 3, 5));
        Tensor[] whole = [.. given.Inputs.Select(x => x.Cast(DataType.BFloat16))];

        // Two heads of keys serve four of values.
        Tensor[] inputs = [Half(whole[0]), Half(whole[1]), whole[2], whole[3], whole[4]];
        Tensor[] there = [.. inputs.Select(x => x.ToDevice(Device))], parameters = [.. given.Parameters.Select(x => x!.ToDevice(Device))];
        using Tensor upstream = given.Like(variant.Shapes(inputs).Output), upstreamThere = upstream.ToDevice(Device);
        using ForwardResult forward = variant.Forward(inputs, given.Parameters, null, new RunOptions { Device = Device });
        using ForwardResult forwardThere = variant.Forward(there, parameters);
        using BackwardResult backward = variant.Backward(inputs, given.Parameters, upstream, null, null, new RunOptions { Device = Device });
        using BackwardResult backwardThere = variant.Backward(there, parameters, upstreamThere);
        SameThere(forward.Output, forwardThere.Output);
        Assert.Equal(DataType.BFloat16, forwardThere.Output.Type);
        foreach ((Tensor expected, Tensor got) in backward.Inputs.Zip(backwardThere.Inputs))
        {
            SameThere(expected, got);
        }
    }

    [Fact]
    public void A_prepared_call_runs_on_what_its_tensors_hold()
    {
        IVariant variant = RetNet.Variant;
        using var given = new RandomInputs(variant.Description, new CallSize(1, 2, 1, 4, 3));
        Tensor[] there = [.. given.Inputs.Select(x => Device.Zeros(x.Type, x.Shape.AsSpan()))];
        using Tensor state = Device.Zeros(DataType.Float32, variant.Shapes(there).State.AsSpan());
        using Prepared<Tensor> step = variant.PrepareDecode(there, [], state);
        step.Run();
        using Tensor zeros = step.Result.ToHost();
        Assert.Equal(0, zeros[0]);

        using var expected = new Tensor(DataType.Float32, state.Shape.AsSpan());
        for (int i = 0; i < 3; i++)
        {
            given.Inputs[2][0] = i;
            foreach ((Tensor from, Tensor to) in given.Inputs.Zip(there))
            {
                from.CopyTo(to);
            }

            step.Run();
            using Tensor output = variant.Decode(given.Inputs, [], expected, new RunOptions { Device = Device });
            SameThere(output, step.Result);
        }

        SameThere(expected, state);
    }

    [Fact]
    public void A_state_stays_on_the_device_while_tokens_come_from_the_host()
    {
        IVariant variant = RetNet.Variant;
        using var given = new RandomInputs(variant.Description, new CallSize(1, 2, 1, 4, 3));
        using Tensor state = Device.Zeros(DataType.Float32, variant.Shapes(given.Inputs).State.AsSpan()), expected = state.ToHost();
        using Tensor output = variant.Decode(given.Inputs, [], state);
        using Tensor other = variant.Decode(given.Inputs, [], expected, new RunOptions { Device = Device });
        Assert.False(output.IsOnDevice);
        Same(other, output);
        SameThere(expected, state);
    }

    [Fact]
    public void States_of_empty_sequences_pass_through()
    {
        IVariant variant = RetNet.Variant;
        using var given = new RandomInputs(variant.Description, new CallSize(1, 3, 1, 4, 3));
        var options = new RunOptions { SequenceOffsets = [0, 3, 3] };
        using Tensor state = given.State(variant.Description, variant.Shapes(given.Inputs, options)), stateThere = state.ToDevice(Device);
        Tensor[] there = [.. given.Inputs.Select(x => x.ToDevice(Device))];
        using ForwardResult expected = variant.Forward(given.Inputs, [], state, options with { Device = Device });
        using ForwardResult got = variant.Forward(there, [], stateThere, options);
        SameThere(expected.FinalState, got.FinalState);
    }

    [Fact]
    public void The_host_does_not_read_it()
    {
        using Tensor there = Device.Zeros(DataType.Float32, 2, 3);
        foreach (Action read in new Action[] { () => _ = there[0], () => there.AsSpan<float>(), () => there[1] = 2 })
        {
            string message = Assert.Throws<InvalidOperationException>(read).Message;
            Assert.Contains("Float32 [2, 3] on ILGPU simulator", message, StringComparison.Ordinal);
            Assert.Contains("ToHost()", message, StringComparison.Ordinal);
        }

        there.Dispose();
        Assert.Throws<ObjectDisposedException>(() => there[0]);
        Assert.Throws<ObjectDisposedException>(there.ToHost);
    }

    [Fact]
    public void Another_device_does_not_take_it()
    {
        using var given = new RandomInputs(RetNet.Variant.Description, new CallSize(1, 2, 1, 4, 3));
        using Tensor key = given.Inputs[1].ToDevice(Device);
        Tensor[] inputs = [given.Inputs[0], key, given.Inputs[2]];
        string message = Assert.Throws<ArgumentException>(() => RetNet.Variant.Forward(inputs, [], null, new RunOptions { Device = ComputeDevice.Host })).Message;
        Assert.Equal(
            "RetNet: K is Float32 [1, 2, 1, 4] on ILGPU simulator, but the call runs on the host as RunOptions.Device says; copy it with K.ToHost(), or run where K is.", message);
        Assert.Contains("K.ToHost()", Assert.Throws<ArgumentException>(() => RetNet.Variant.ReferenceForward(inputs, [])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DataType.Float64)]
    [InlineData(DataType.Int64)]
    public void Wider_types_have_no_place_there(DataType type)
    {
        using var tensor = new Tensor(type, 2);
        Assert.Contains("Cast(DataType.Float32)", Assert.Throws<ArgumentException>(() => tensor.ToDevice(Device)).Message, StringComparison.Ordinal);
        using Tensor copy = tensor.ToDevice(ComputeDevice.Host);
        Assert.False(copy.IsOnDevice);
    }

    private static Tensor Half(Tensor tensor)
    {
        long[] shape = [.. tensor.Shape];
        shape[2] /= 2;
        var half = new Tensor(tensor.Type, shape);
        for (long i = 0; i < half.Count; i++)
        {
            half[i] = tensor[i];
        }

        return half;
    }

    // Ties, denormals, the largest numbers and none among random ones.
    private static Tensor Numbers()
    {
        var random = new Random(5);
        float[] special = [0f, -0f, 1f + (1f / 256), 1f + (3f / 256), 65504f, 65520f, 1e-7f, 6e-8f, -3e-8f, 1e38f, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        float[] numbers = [.. special, .. Enumerable.Range(0, 500).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-26, 20))))];
        return Tensor.From(numbers, numbers.Length);
    }

    private static void SameThere(Tensor expected, Tensor got)
    {
        Assert.True(got.IsOnDevice);
        using Tensor back = got.ToHost();
        Same(expected, back);
    }

    private static void Same(Tensor expected, Tensor got)
    {
        Assert.Equal(expected.Type, got.Type);
        Assert.Equal(expected.Shape.AsEnumerable(), got.Shape.AsEnumerable());
        for (long i = 0; i < expected.Count; i++)
        {
            Assert.True(expected[i].Equals(got[i]), $"[{i}]: {expected[i]:R} expected, {got[i]:R} came");
        }
    }
}
