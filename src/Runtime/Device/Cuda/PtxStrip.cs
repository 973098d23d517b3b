namespace AttentionDsl.Runtime;

/// <summary>
/// Writes the instructions of a warp on its strip of a tile: sixteen columns, which stand in the warp's registers from one operation to the next. What is
/// computed of a column hangs on that column alone, so warps need not wait for each other, and no sum goes through memory.
/// </summary>
/// <remarks>
/// A strip stands transposed, as the tensor cores leave sums: thread 4 g + t holds of every eight rows, from row 8 n on, rows 2 t and 2 t + 1 of columns g
/// and g + 8, in four registers in single precision, or in two, a pair each, in bfloat16. In this order a rounded strip is the left factor of the next
/// product, (a b)^T = b^T a^T, with nothing moved. The registers have names of their own (<see cref="Declaration"/>): they are the kernel's, not a value's.
/// </remarks>
internal sealed partial class PtxStrip : PtxBlock
{
    /// <summary>Declares the registers of strips, for a whole kernel: any number, of which those that are not used are not there.</summary>
    public const string Declaration = ".reg .b32 strip<2048>;";

    /// <summary>What a kernel has in which the tensor cores read shared memory by themselves.</summary>
    public const string ReadsShared = "wgmma.mma_async.";

    /// <summary>What threads wrote to shared memory may be read by the tensor cores themselves after the next barrier.</summary>
    public const string Await = "\tfence.proxy.async.shared::cta;\n";

    // Eight rows of a block of 64 columns.
    private const int EightRows = 1024;

    private const string Log2E = "0f3FB8AA3B";
    private const string One = "0f3F800000";
    private const string Zero = "0f00000000";

    private PtxStrip()
    {
    }

    /// <summary>A tile's strip.</summary>
    /// <param name="First">Its first register.</param>
    /// <param name="Exact">True if its numbers are in single precision, false if in bfloat16.</param>
    private sealed record Registers(int First, bool Exact)
    {
        /// <summary>The pair of rows 2 t and 2 t + 1 of eight, in one half of the columns.</summary>
        public string Pair(int eight, int half) => $"strip{First + (2 * eight) + half}";

        /// <summary>One number of the four of eight rows: the first row's and the second's of the first half of the columns, then of the second.</summary>
        public string Number(int eight, int number) => $"strip{First + (4 * eight) + number}";
    }

    /// <summary>What joins a strip: the right side of a system, what is added, or the other factor of sums along rows.</summary>
    /// <param name="Strip">The strip; null: it stands in scratch.</param>
    /// <param name="Near">In scratch: from this thread's part on, of a factor as one that is multiplied from the left, turned.</param>
    private sealed record Given(Registers? Strip, Tile? Near);

    /// <summary>The instructions of a call of one of the methods of <see cref="Ptx"/> on strips.</summary>
    /// <param name="name">The method.</param>
    /// <param name="groups">True if four warps multiply at once (compute capability 9.0): the left factor goes from shared memory to the tensor cores, for all of them together.</param>
    /// <param name="constant">An operand that is a constant.</param>
    /// <param name="number">An operand as a constant or a register.</param>
    /// <param name="register">An operand as a register.</param>
    public static string Of(string name, bool groups, Func<int, int> constant, Func<int, string> number, Func<int, string> register)
    {
        if (name == nameof(Ptx.StripsAwait))
        {
            return groups ? Await : "";
        }

        if (name == nameof(Ptx.StripsArrive))
        {
            return groups ? $"\twgmma.wait_group.sync.aligned {constant(0)};\n" : "";
        }

        int rows = constant(0);
        Registers strip = name == nameof(Ptx.StripDecay) || name == nameof(Ptx.StripDecayFar) || name == nameof(Ptx.StripScale) || name == nameof(Ptx.StripIdentity) ? new(constant(1), true) : new(constant(1), constant(2) != 0);
        Far There() => new(register(3), number(4), number(5), (CudaElement)constant(6), number(7));
        Factor? Right() => constant(10) < 0 ? new(register(12), number(13), constant(11) != 0, constant(18) == 0, false, constant(19)) : null;
        Given GivenAt(int i) => constant(i) < 0 ? new(null, new(register(i + 2), number(i + 3), constant(i + 1) != 0)) : new(new(constant(i), constant(i + 1) != 0), null);
        return name switch
        {
            nameof(Ptx.StripProduct) when groups && strip.First >= 0 && constant(17) != 0 => GroupProduct(
                strip,
                rows,
                (Into)constant(5),
                register(15),
                constant(16),
                constant(9) != 0,
                constant(10) < 0 ? null : new(constant(10), constant(11) != 0),
                Right(),
                constant(14),
                constant(20) != 0),
            nameof(Ptx.StripProduct) => Product(
                strip.First < 0 ? null : strip,
                strip.First < 0 ? new(register(3), number(4), true) : null,
                rows,
                (Into)constant(5),
                new(register(6), number(7), constant(8) != 0, constant(9) != 0, true, constant(16)),
                constant(10) < 0 ? null : new(constant(10), constant(11) != 0),
                Right(),
                constant(14)),
            nameof(Ptx.StripDecay) => Decay(strip, rows, (text, row) => text.Along(new(register(2), "0", true), 0, row)),
            nameof(Ptx.StripDecayFar) => Decay(strip, rows, (text, row) => text.AlongFar(register(2), row)),
            nameof(Ptx.StripScale) => Scale(strip, rows, register(2)),
            nameof(Ptx.StripScaleRows) => ScaleRows(strip, rows, new(register(3), number(4), true)),
            nameof(Ptx.StripAddScaledRows) => AddScaledRows(
                strip.First < 0 ? null : strip,
                strip.First < 0 ? new(register(3), number(4), true) : null,
                rows,
                GivenAt(5),
                new(register(9), number(10), true)),
            nameof(Ptx.StripCopy) => Copy(strip, new(constant(3), constant(4) != 0), rows),
            nameof(Ptx.StripClear) => Clear(strip, rows),
            nameof(Ptx.StripIdentity) => Identity(strip, rows, register(2)),
            nameof(Ptx.StripFromNear) => FromNear(strip, rows, new(register(3), number(4), constant(5) != 0)),
            nameof(Ptx.StripToNear) => ToNear(strip, rows, new(register(3), number(4), true)),
            nameof(Ptx.StripLeave) => Leave(strip, rows, register(3), register(4), register(5), number(6), number(7)),
            nameof(Ptx.StripFromFar) => FromFar(strip, rows, There(), (Into)constant(8)),
            nameof(Ptx.StripToFar) => ToFar(strip, rows, There()),
            nameof(Ptx.StripSolve) => Solve(strip, GivenAt(3), rows, constant(7) != 0, register(8)),
            nameof(Ptx.StripSolveByRows) => SolveByRows(strip, GivenAt(3), rows, constant(7) != 0, new(register(8), number(9), true)),
            nameof(Ptx.StripRowDot) => RowDots(strip, GivenAt(3), rows, register(7), register(8)),
            _ => throw new NotSupportedException(name),
        };
    }

    /// <summary>A product: result (=, +=, -=) a b.</summary>
    /// <param name="result">The result; null: it stands in <paramref name="near"/>.</param>
    /// <param name="near">A tile of scratch in single precision, from this thread's first number on.</param>
    /// <param name="rows">Its rows, a multiple of 16.</param>
    /// <param name="into">How sums join it.</param>
    /// <param name="a">The left factor, which every warp reads.</param>
    /// <param name="strip">The right factor; null: it stands in <paramref name="b"/>.</param>
    /// <param name="b">A tile of scratch.</param>
    /// <param name="depth">The contracted dimension, a multiple of 16.</param>
    private static string Product(Registers? result, Tile? near, int rows, Into into, Factor a, Registers? strip, Factor? b, int depth)
    {
        var text = new PtxStrip();
        string zero = text.Number($"mov.f32 {{0}}, {Zero};");
        string[][] sums = [.. Enumerable.Range(0, rows / 8).Select(x => into == Into.Set ? [zero, zero, zero, zero] : result is null ? text.Near(near!, x) : text.Numbers(result, x))];
        for (int d = 0; d < depth; d += 16)
        {
            Fragment right = strip is null ? text.Load(b!, 0, d, keeps: false) : text.Pairs(strip, d / 8);
            right = into == Into.Subtract ? text.Negated(right) : right;
            for (int i = 0; i < rows; i += 16)
            {
                Fragment left = text.Load(a, i, d, keeps: false);
                text.Multiply(ref sums[i / 8], right, left.NearLow, left.NearHigh);
                text.Multiply(ref sums[(i / 8) + 1], right, left.FarLow, left.FarHigh);
            }
        }

        for (int i = 0; i < sums.Length; i++)
        {
            if (result is null)
            {
                text.PutNear(near!, i, sums[i]);
            }
            else
            {
                text.Put(result, i, sums[i]);
            }
        }

        return text.Text();
    }

    /// <summary>The same by four warps at once: sums are the result's own registers where these are in single precision.</summary>
    /// <param name="result">The result.</param>
    /// <param name="rows">Its rows, a multiple of 16.</param>
    /// <param name="into">How sums join it.</param>
    /// <param name="a">A register: where the left factor begins, in blocks of 64 columns.</param>
    /// <param name="block">Bytes of a block.</param>
    /// <param name="turned">True if the left factor is the transposed tile.</param>
    /// <param name="strip">The right factor; null: it stands in <paramref name="b"/>.</param>
    /// <param name="b">A tile of scratch.</param>
    /// <param name="depth">The contracted dimension, a multiple of 16.</param>
    /// <param name="begins">True if sums that are the result's own registers need not be there at once.</param>
    private static string GroupProduct(Registers result, int rows, Into into, string a, int block, bool turned, Registers? strip, Factor? b, int depth, bool begins)
    {
        var text = new PtxStrip();
        string[] sums = [.. Enumerable.Range(0, rows / 8).SelectMany(x =>
            result.Exact ? Enumerable.Range(0, 4).Select(y => result.Number(x, y))
            : into == Into.Set ? Enumerable.Range(0, 4).Select(_ => text.Number($"mov.f32 {{0}}, {Zero};"))
            : text.Numbers(result, x))];
        Fragment[] right = [.. Enumerable.Range(0, depth / 16).Select(x => strip is null ? text.Load(b!, 0, x * 16, keeps: false) : text.Pairs(strip, x * 2))];

        // How the tensor cores find 16 deep of the left factor: an address, then strides, all in sixteens of bytes. Across blocks of 64 columns; from eight rows to the next eight.
        ulong form = (1UL << 62) | ((ulong)(EightRows >> 4) << 32) | ((ulong)(block >> 4) << 16);
        string start = text.Address($"cvt.u64.u32 {{0}}, {text.Bits($"shr.u32 {{0}}, {a}, 4;")};");
        start = text.Address($"or.b64 {{0}}, {start}, 0x{form:x16};");
        string one = text.Bits("mov.b32 {0}, 1;"), adds = text.Predicate($"setp.gt.s32 {{0}}, {one}, 0;"), sets = text.Predicate($"setp.lt.s32 {{0}}, {one}, 0;");
        text.Line("wgmma.fence.sync.aligned;");
        for (int d = 0; d < depth; d += 16)
        {
            int further = turned ? d / 8 * EightRows : (d / 64 * block) + (d % 64 * 2);
            string at = further == 0 ? start : text.Address($"add.s64 {{0}}, {start}, {further >> 4};");
            Fragment x = right[d / 16];
            text.Line($"{ReadsShared}sync.aligned.m64n{rows}k16.f32.bf16.bf16 {List(sums)}, {{{x.NearLow},{x.FarLow},{x.NearHigh},{x.FarHigh}}}, {at}, "
                + $"{(d == 0 && into == Into.Set ? sets : adds)}, {(into == Into.Subtract ? -1 : 1)}, 1, {(turned ? 1 : 0)};");
        }

        text.Line("wgmma.commit_group.sync.aligned;");
        if (!begins || !result.Exact)
        {
            text.Line("wgmma.wait_group.sync.aligned 0;");
        }

        for (int i = 0; i < rows / 8 && !result.Exact; i++)
        {
            text.Put(result, i, sums[(4 * i)..((4 * i) + 4)]);
        }

        return text.Text();
    }

    /// <summary>Every row of a strip in single precision times exp(g) of the row.</summary>
    /// <param name="strip">The strip.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="g">Reads the g of this thread's two rows of eight, from a row on.</param>
    private static string Decay(Registers strip, int rows, Func<PtxStrip, int, string[]> g)
    {
        var text = new PtxStrip();
        for (int i = 0; i < rows / 8; i++)
        {
            string[] kept = [.. g(text, i * 8).Select(x => text.Number($"ex2.approx.ftz.f32 {{0}}, {text.Number($"mul.f32 {{0}}, {x}, {Log2E};")};"))];
            text.Put(strip, i, [.. text.Numbers(strip, i).Select((x, j) => text.Number($"mul.f32 {{0}}, {x}, {kept[j % 2]};"))]);
        }

        return text.Text();
    }

    /// <summary>All of a strip in single precision times one number.</summary>
    private static string Scale(Registers strip, int rows, string factor) =>
        Each(strip, rows, (text, i) => [.. text.Numbers(strip, i).Select(x => text.Number($"mul.f32 {{0}}, {x}, {factor};"))]);

    /// <summary>Every row of a strip times its number of a column.</summary>
    /// <param name="strip">The strip.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="s">The column, in scratch, from the number of this thread's first row on.</param>
    private static string ScaleRows(Registers strip, int rows, Tile s) => Each(strip, rows, (text, i) =>
    {
        string[] factors = text.Scales(s, i);
        return [.. text.Numbers(strip, i).Select((x, j) => text.Number($"mul.f32 {{0}}, {x}, {factors[j % 2]};"))];
    });

    /// <summary>Scaled rows join a strip, or a strip's what stands in scratch.</summary>
    /// <param name="result">The result; null: it stands in <paramref name="near"/>.</param>
    /// <param name="near">A tile of scratch in single precision, from this thread's first number on.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="x">What is added.</param>
    /// <param name="s">The column whose numbers its rows are multiplied by, from the number of this thread's first row on.</param>
    private static string AddScaledRows(Registers? result, Tile? near, int rows, Given x, Tile s)
    {
        var text = new PtxStrip();
        for (int i = 0; i < rows / 8; i += 2)
        {
            string[][] there = text.Numbers(new Given(result, near), i), added = text.Numbers(x, i);
            for (int j = 0; j < 2; j++)
            {
                string[] factors = text.Scales(s, i + j);
                string[] sums = [.. there[j].Select((y, k) => text.Number($"fma.rn.f32 {{0}}, {added[j][k]}, {factors[k % 2]}, {y};"))];
                if (result is null)
                {
                    text.PutNear(near!, i + j, sums);
                }
                else
                {
                    text.Put(result, i + j, sums);
                }
            }
        }

        return text.Text();
    }

    /// <summary>A strip becomes another's.</summary>
    private static string Copy(Registers result, Registers x, int rows) => Each(result, rows, (text, i) => text.Numbers(x, i));

    /// <summary>A strip becomes a tile of scratch.</summary>
    /// <param name="result">The strip.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="x">Where this thread's part of the tile begins: of a factor as one that is multiplied from the left, turned.</param>
    private static string FromNear(Registers result, int rows, Tile x)
    {
        var text = new PtxStrip();
        for (int i = 0; i < rows / 8; i++)
        {
            if (x.Exact)
            {
                text.Put(result, i, text.Near(x, i));
                continue;
            }

            // Sixteen rows are two times eight.
            Fragment pairs = text.Turned(x, i);
            text.PutPairs(result, i, pairs.NearLow, pairs.FarLow);
            text.PutPairs(result, ++i, pairs.NearHigh, pairs.FarHigh);
        }

        return text.Text();
    }

    /// <summary>A tile of scratch in single precision becomes a strip.</summary>
    private static string ToNear(Registers x, int rows, Tile result)
    {
        var text = new PtxStrip();
        for (int i = 0; i < rows / 8; i++)
        {
            text.PutNear(result, i, text.Numbers(x, i));
        }

        return text.Text();
    }

    /// <summary>Zeros.</summary>
    private static string Clear(Registers result, int rows) => Each(result, rows, (text, _) => text.Number($"mov.f32 {{0}}, {Zero};") is var zero ? [zero, zero, zero, zero] : []);

    /// <summary>Columns of the identity.</summary>
    /// <param name="result">The strip.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="first">A register: the row in which this thread's first column has its one, counted from this thread's first row.</param>
    private static string Identity(Registers result, int rows, string first) => Each(result, rows, (text, i) =>
    [
        .. Enumerable.Range(0, 4).Select(x => text.Number($"selp.f32 {{0}}, {One}, {Zero}, {text.Predicate($"setp.eq.s32 {{0}}, {first}, {(8 * i) + (x % 2) - (x / 2 * 8)};")};")),
    ]);

    private static string Each(Registers result, int rows, Func<PtxStrip, int, string[]> numbers)
    {
        var text = new PtxStrip();
        for (int i = 0; i < rows / 8; i++)
        {
            text.Put(result, i, numbers(text, i));
        }

        return text.Text();
    }

    /// <summary>The four numbers of eight rows.</summary>
    private string[] Numbers(Registers x, int eight) => x.Exact
        ? [.. Enumerable.Range(0, 4).Select(i => x.Number(eight, i))]
        : [.. Widened(x.Pair(eight, 0)), .. Widened(x.Pair(eight, 1))];

    /// <summary>The numbers of sixteen rows from an eight on, four of either eight: of a strip, or of what stands in scratch, from this thread's part on.</summary>
    private string[][] Numbers(Given x, int eight)
    {
        if (x.Strip is not null)
        {
            return [Numbers(x.Strip, eight), Numbers(x.Strip, eight + 1)];
        }

        if (x.Near!.Exact)
        {
            return [Near(x.Near, eight), Near(x.Near, eight + 1)];
        }

        Fragment pairs = Turned(x.Near, eight);
        return [[.. Widened(pairs.NearLow), .. Widened(pairs.FarLow)], [.. Widened(pairs.NearHigh), .. Widened(pairs.FarHigh)]];
    }

    /// <summary>Sixteen rows of a factor in scratch, from an eight on, as a strip has them.</summary>
    private Fragment Turned(Tile x, int eight) => Load(new Factor(x.Start, x.Stride, false, true, false), 0, eight * 8, keeps: false);

    /// <summary>The numbers of a column for this thread's two rows of eight.</summary>
    private string[] Scales(Tile s, int eight) => [.. Enumerable.Range(8 * eight, 2).Select(x => Number($"ld.shared.f32 {{0}}, {At(s, x, 0)};"))];

    /// <summary>Sixteen rows as a factor, from eight on.</summary>
    private Fragment Pairs(Registers x, int eight) => new(Rounded(x, eight, 0), Rounded(x, eight, 1), Rounded(x, eight + 1, 0), Rounded(x, eight + 1, 1), null);

    private string Rounded(Registers x, int eight, int half) => x.Exact
        ? Bits($"cvt.rn.bf16x2.f32 {{0}}, {x.Number(eight, (2 * half) + 1)}, {x.Number(eight, 2 * half)};")
        : x.Pair(eight, half);

    private Fragment Negated(Fragment x) => new(Negated(x.NearLow), Negated(x.FarLow), Negated(x.NearHigh), Negated(x.FarHigh), null);

    private string Negated(string pair) => Bits($"xor.b32 {{0}}, {pair}, 0x80008000;");

    private void Put(Registers result, int eight, string[] numbers)
    {
        if (!result.Exact)
        {
            Line($"cvt.rn.bf16x2.f32 {result.Pair(eight, 0)}, {numbers[1]}, {numbers[0]};");
            Line($"cvt.rn.bf16x2.f32 {result.Pair(eight, 1)}, {numbers[3]}, {numbers[2]};");
            return;
        }

        for (int i = 0; i < 4; i++)
        {
            Line($"mov.b32 {result.Number(eight, i)}, {numbers[i]};");
        }
    }

    private void PutPairs(Registers result, int eight, string near, string far)
    {
        if (result.Exact)
        {
            Put(result, eight, [.. Widened(near), .. Widened(far)]);
            return;
        }

        Line($"mov.b32 {result.Pair(eight, 0)}, {near};");
        Line($"mov.b32 {result.Pair(eight, 1)}, {far};");
    }

    private string[] Near(Tile x, int eight) => [.. Places(x, eight).Select(at => Number($"ld.shared.f32 {{0}}, {at};"))];

    private void PutNear(Tile x, int eight, string[] numbers)
    {
        foreach ((string at, string number) in Places(x, eight).Zip(numbers))
        {
            Line($"st.shared.f32 {at}, {number};");
        }
    }

    private IEnumerable<string> Places(Tile x, int eight) => Enumerable.Range(0, 4).Select(i => At(x, (8 * eight) + (i % 2), i / 2 * 32));
}
