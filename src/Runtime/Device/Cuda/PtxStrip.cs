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
internal sealed class PtxStrip : PtxBlock
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
    private const string MinusOne = "0fBF800000";
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

    /// <summary>Where numbers stand in the device's memory.</summary>
    /// <param name="Start">A register: where this thread's first number stands.</param>
    /// <param name="Row">Bytes from a row to the next, a constant or a register.</param>
    /// <param name="Column">Bytes from a column to the next, likewise.</param>
    /// <param name="Element">What stands there.</param>
    /// <param name="Left">Rows that are there, from this thread's first one on, a constant or a register.</param>
    private sealed record Far(string Start, string Row, string Column, CudaElement Element, string Left);

    /// <summary>The right side of a system, or what is added to a tile.</summary>
    /// <param name="Strip">The strip; null: it stands in scratch.</param>
    /// <param name="Near">In scratch: from this thread's part on, of a factor as one that is multiplied from the left, turned.</param>
    /// <param name="Scales">The column whose numbers its rows are multiplied by, if there is one, from the number of this thread's first row on.</param>
    private sealed record Scaled(Registers? Strip, Tile? Near, Tile? Scales);

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

        int rows = constant(0);
        Registers strip = name == nameof(Ptx.StripDecay) || name == nameof(Ptx.StripDecayFar) || name == nameof(Ptx.StripScale) || name == nameof(Ptx.StripIdentity) ? new(constant(1), true) : new(constant(1), constant(2) != 0);
        Far There() => new(register(3), number(4), number(5), (CudaElement)constant(6), number(7));
        Factor? Right() => constant(10) < 0 ? new(register(12), number(13), constant(11) != 0, constant(18) == 0, false, constant(19)) : null;
        Scaled RightSide() => new(
            constant(3) < 0 ? null : new(constant(3), constant(4) != 0),
            constant(3) < 0 ? new(register(5), number(6), constant(4) != 0) : null,
            constant(7) != 0 ? new(register(8), number(9), true) : null);
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
                constant(14)),
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
                new(
                    constant(5) < 0 ? null : new(constant(5), constant(6) != 0),
                    constant(5) < 0 ? new(register(7), number(8), constant(6) != 0) : null,
                    new(register(9), number(10), true))),
            nameof(Ptx.StripCopy) => Copy(strip, new(constant(3), constant(4) != 0), rows),
            nameof(Ptx.StripClear) => Clear(strip, rows),
            nameof(Ptx.StripIdentity) => Identity(strip, rows, register(2)),
            nameof(Ptx.StripFromNear) => FromNear(strip, rows, new(register(3), number(4), constant(5) != 0)),
            nameof(Ptx.StripToNear) => ToNear(strip, rows, new(register(3), number(4), true)),
            nameof(Ptx.StripLeave) => Leave(strip, rows, register(3), register(4), register(5), number(6), number(7)),
            nameof(Ptx.StripFromFar) => FromFar(strip, rows, There(), (Into)constant(8)),
            nameof(Ptx.StripToFar) => ToFar(strip, rows, There()),
            nameof(Ptx.StripSolve) => Solve(strip, RightSide(), rows, constant(10) != 0, register(11)),
            nameof(Ptx.StripSubstitute) => Substitute(strip, RightSide(), rows, constant(10) != 0, new(register(11), number(12), true), register(13)),
            nameof(Ptx.StripRowSum) => RowSums(strip, null, null, rows, register(3), register(4)),
            nameof(Ptx.StripRowDot) => constant(3) < 0
                ? RowSums(strip, null, new(register(5), number(6), constant(4) != 0), rows, register(7), register(8))
                : RowSums(strip, new(constant(3), constant(4) != 0), null, rows, register(7), register(8)),
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
    private static string GroupProduct(Registers result, int rows, Into into, string a, int block, bool turned, Registers? strip, Factor? b, int depth)
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
        text.Line("wgmma.wait_group.sync.aligned 0;");
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
    private static string AddScaledRows(Registers? result, Tile? near, int rows, Scaled x)
    {
        var text = new PtxStrip();
        for (int i = 0; i < rows / 8; i += 2)
        {
            string[][] there = text.Numbers(result, near, i), added = text.Numbers(x.Strip, x.Near, i);
            for (int j = 0; j < 2; j++)
            {
                string[] factors = text.Scales(x.Scales!, i + j);
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

    /// <summary>Rounded to bfloat16, to rows of the device's memory of which 32 bytes are this warp's: by way of 1024 bytes of scratch, in which they get their order.</summary>
    /// <param name="x">The strip.</param>
    /// <param name="rows">Its rows, a multiple of 16.</param>
    /// <param name="put">A register: where this lane's row of eight goes in scratch.</param>
    /// <param name="take">A register: where this lane's 16 bytes of sixteen rows then stand.</param>
    /// <param name="to">A register: where these go.</param>
    /// <param name="stride">Bytes from a row to the next there, a constant or a register.</param>
    /// <param name="left">Rows that are there, from this lane's on, a constant or a register.</param>
    private static string Leave(Registers x, int rows, string put, string take, string to, string stride, string left)
    {
        var text = new PtxStrip();
        for (int i = 0; i < rows / 16; i += 2)
        {
            int count = Math.Min(2, (rows / 16) - i);
            text.Line("bar.warp.sync 0xffffffff;");
            for (int j = 0; j < count; j++)
            {
                Fragment pairs = text.Pairs(x, 2 * (i + j));
                text.Line($"stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [{put}+{j * 512}], {{{pairs.NearLow},{pairs.FarLow},{pairs.NearHigh},{pairs.FarHigh}}};");
            }

            text.Line("bar.warp.sync 0xffffffff;");
            for (int j = 0; j < count; j++)
            {
                int row = (i + j) * 16;
                string[] piece = [text.Bits("mov.b32 {0}, 0;"), text.Bits("mov.b32 {0}, 0;"), text.Bits("mov.b32 {0}, 0;"), text.Bits("mov.b32 {0}, 0;")];
                text.Line($"ld.shared.v4.b32 {List(piece)}, [{take}+{j * 512}];");
                text.Line($"{text.If(left, row)}st.global.v4.b32 {text.FarAt(to, (stride, row), ("0", 0))}, {List(piece)};");
            }
        }

        return text.Text();
    }

    /// <summary>What stands in the device's memory, number by number, joins a strip; rows that are not there are zeros.</summary>
    private static string FromFar(Registers result, int rows, Far x, Into into) => Each(result, rows, (text, i) =>
    {
        string[] read = [.. Enumerable.Range(0, 4).Select(j => text.Read(x, (8 * i) + (j % 2), j / 2 * 8))];
        return into == Into.Set ? read : [.. text.Numbers(result, i).Zip(read, (there, y) => text.Number($"{(into == Into.Add ? "add" : "sub")}.f32 {{0}}, {there}, {y};"))];
    });

    /// <summary>What stands in the device's memory becomes a strip, number by number.</summary>
    private static string ToFar(Registers x, int rows, Far result)
    {
        var text = new PtxStrip();
        for (int i = 0; i < rows / 8; i++)
        {
            string[] numbers = text.Numbers(x, i);
            for (int j = 0; j < 4; j++)
            {
                text.Write(result, (8 * i) + (j % 2), j / 2 * 8, numbers[j]);
            }
        }

        return text.Text();
    }

    /// <summary>
    /// Sums of a strip's rows, or of its products with a second tile, number by number. A thread has a part of the sums of every four rows, which eight lanes share:
    /// each time two exchange, either gives away half of the sums it has a part of, until it has one of 32 rows.
    /// </summary>
    /// <param name="a">The strip.</param>
    /// <param name="strip">The second tile, if it is a strip.</param>
    /// <param name="near">The second tile, if it stands in scratch: from this thread's part on, of a factor as one that is multiplied from the left, turned.</param>
    /// <param name="rows">Rows, a multiple of 16.</param>
    /// <param name="lane">A register: the lane.</param>
    /// <param name="to">A register: where this lane's first sum goes; the next stands 128 bytes further.</param>
    private static string RowSums(Registers a, Registers? strip, Tile? near, int rows, string lane, string to)
    {
        var text = new PtxStrip();
        string[] gives = [.. new[] { 16, 8, 4 }.Select(x => text.Predicate($"setp.gt.s32 {{0}}, {text.Bits($"and.b32 {{0}}, {lane}, {x};")}, 0;"))];
        for (int first = 0; first < rows; first += 32)
        {
            int count = Math.Min(32, rows - first);
            string[] sums = [.. Enumerable.Range(0, count / 16).SelectMany(x => text.RowParts(a, strip, near, (first / 8) + (2 * x)))];
            sums = count == 32 ? text.Halved(sums, gives[0], 16) : sums;
            string sum = text.Halved(text.Halved(sums, gives[1], 8), gives[2], 4)[0];
            if (count == 32)
            {
                text.Line($"st.shared.f32 [{to}+{first * 4}], {sum};");
            }
            else
            {
                sum = text.Number($"add.f32 {{0}}, {sum}, {text.Number($"shfl.sync.bfly.b32 {{0}}, {sum}, 16, 31, 0xffffffff;")};");
                text.Line($"@{text.Predicate($"setp.lt.s32 {{0}}, {lane}, 16;")} st.shared.f32 [{to}+{first * 4}], {sum};");
            }
        }

        return text.Text();
    }

    /// <summary>This thread's part of the sums of sixteen rows, from an eight on: of rows 2 t and 2 t + 1 of either eight.</summary>
    private string[] RowParts(Registers a, Registers? strip, Tile? near, int eight)
    {
        string[][]? other = strip is null && near is null ? null : Numbers(strip, near, eight);
        return [.. Numbers(a, null, eight).SelectMany((x, i) => Enumerable.Range(0, 2).Select(j => other?[i] is { } y
            ? Number($"fma.rn.f32 {{0}}, {x[j + 2]}, {y[j + 2]}, {Number($"mul.f32 {{0}}, {x[j]}, {y[j]};")};")
            : Number($"add.f32 {{0}}, {x[j]}, {x[j + 2]};")))];
    }

    /// <summary>Of so many numbers of two lanes one has the sums of the first half afterwards, the other, which <paramref name="gives"/> the first, those of the second.</summary>
    private string[] Halved(string[] numbers, string gives, int distance) => [.. numbers.Take(numbers.Length / 2).Zip(numbers.Skip(numbers.Length / 2), (first, second) =>
    {
        string kept = Number($"selp.f32 {{0}}, {second}, {first}, {gives};"), given = Number($"selp.f32 {{0}}, {first}, {second}, {gives};");
        return Number($"add.f32 {{0}}, {kept}, {Number($"shfl.sync.bfly.b32 {{0}}, {given}, {distance}, 31, 0xffffffff;")};");
    })];

    /// <summary>A solved system: a product of the inverse, or of its transpose, and a right side, each in two digits.</summary>
    /// <param name="result">The solution; it may be the right side.</param>
    /// <param name="x">The right side.</param>
    /// <param name="rows">Its rows, 16, 32 or 64.</param>
    /// <param name="transposed">True if the inverse is taken transposed.</param>
    /// <param name="at">A register: where this lane's part of the inverse begins.</param>
    private static string Solve(Registers result, Scaled x, int rows, bool transposed, string at)
    {
        var text = new PtxStrip();
        string zero = text.Number($"mov.f32 {{0}}, {Zero};");
        Fragment[] right = [.. Enumerable.Range(0, rows / 16).Select(i => text.Digits(x, 2 * i))];

        // In an order in which no row of blocks is read after it is written.
        foreach (int i in transposed ? Enumerable.Range(0, right.Length) : Enumerable.Range(0, right.Length).Reverse())
        {
            string[] low = [zero, zero, zero, zero], high = low;
            for (int k = transposed ? i : 0; k < (transposed ? right.Length : i + 1); k++)
            {
                int block = (int)(transposed ? CudaTile.BlockOfInverse(k, i) : CudaTile.BlockOfInverse(i, k));
                string[] digit = text.Matrices(at, block, !transposed), lost = text.Matrices(at, block + CudaTile.LostAt, !transposed);
                text.MultiplyDigits(ref low, right[k], digit[0], digit[1], lost[0], lost[1]);
                text.MultiplyDigits(ref high, right[k], digit[2], digit[3], lost[2], lost[3]);
            }

            text.Put(result, 2 * i, low);
            text.Put(result, (2 * i) + 1, high);
        }

        return text.Text();
    }

    private string[] Matrices(string at, int further, bool turned)
    {
        string[] r = [.. Enumerable.Range(0, 4).Select(_ => Bits("mov.b32 {0}, 0;"))];
        Line($"ldmatrix.sync.aligned.m8n8.x4{(turned ? ".trans" : "")}.shared.b16 {List(r)}, [{at}+{further}];");
        return r;
    }

    /// <summary>What is lost of both factors counts as nothing.</summary>
    private void MultiplyDigits(ref string[] sums, Fragment a, string low, string high, string lowLost, string highLost)
    {
        if (a.Rest is not null)
        {
            Multiply(ref sums, a.Rest, low, high);
        }

        Multiply(ref sums, a, lowLost, highLost);
        Multiply(ref sums, a, low, high);
    }

    /// <summary>Sixteen rows of a right side as a factor, from an eight on, and what rounding loses of numbers in single precision.</summary>
    private Fragment Digits(Scaled x, int eight)
    {
        if (x is { Scales: null, Strip.Exact: false })
        {
            return Pairs(x.Strip, eight);
        }

        if (x is { Scales: null, Near.Exact: false })
        {
            return Turned(x.Near, eight);
        }

        string[][] pairs = [.. Numbers(x, eight).SelectMany(y => new[] { y[..2], y[2..] })];
        string[] rounded = [.. pairs.Select(y => Bits($"cvt.rn.bf16x2.f32 {{0}}, {y[1]}, {y[0]};"))], rest = [.. pairs.Zip(rounded, Rest)];
        return new(rounded[0], rounded[1], rounded[2], rounded[3], new(rest[0], rest[1], rest[2], rest[3], null));
    }

    /// <summary>The numbers of sixteen rows of a right side, of either eight.</summary>
    private string[][] Numbers(Scaled x, int eight)
    {
        string[][] numbers = Numbers(x.Strip, x.Near, eight);
        return x.Scales is null ? numbers : [.. numbers.Select((y, i) =>
        {
            string[] factors = Scales(x.Scales, eight + i);
            return y.Select((z, j) => Number($"mul.f32 {{0}}, {z}, {factors[j % 2]};")).ToArray();
        })];
    }

    /// <summary>A system solved by substitution: a row that is solved for goes from its lane to the three others of its columns.</summary>
    /// <param name="result">The solution; it may be the right side.</param>
    /// <param name="x">The right side.</param>
    /// <param name="rows">Its rows, a multiple of 16.</param>
    /// <param name="transposed">True if the matrix is taken transposed.</param>
    /// <param name="l">The matrix, from this thread's first row on, or if it is taken transposed from the column of this number on.</param>
    /// <param name="own">A register: this thread's first row.</param>
    private static string Substitute(Registers result, Scaled x, int rows, bool transposed, Tile l, string own)
    {
        var text = new PtxStrip();
        string[][] numbers = [.. Enumerable.Range(0, rows / 16).SelectMany(i => text.Numbers(x, 2 * i))];
        foreach (int row in transposed ? Enumerable.Range(0, rows).Reverse() : Enumerable.Range(0, rows))
        {
            int eight = row / 8, place = row % 8;
            string[] solved = [.. new[] { place % 2, (place % 2) + 2 }.Select(i =>
                text.Number($"mul.f32 {{0}}, {text.Number($"shfl.sync.idx.b32 {{0}}, {numbers[eight][i]}, {place / 2}, 0x1c1f, 0xffffffff;")}, {MinusOne};"))];
            for (int i = transposed ? 0 : eight; transposed ? i <= eight : i < numbers.Length; i++)
            {
                string[] factors = transposed
                    ? text.Along(l, row, i * 8)
                    : [.. Enumerable.Range(8 * i, 2).Select(y => text.Number($"ld.shared.f32 {{0}}, {text.At(l, y, row * 4)};"))];
                if (i == eight)
                {
                    // What stands on the diagonal and above is not the matrix's.
                    factors = [.. factors.Select((y, j) => text.Number($"selp.f32 {{0}}, {y}, {Zero}, {text.Predicate($"setp.{(transposed ? "lt" : "gt")}.s32 {{0}}, {own}, {place - j};")};"))];
                }

                numbers[i] = [.. numbers[i].Select((y, j) => text.Number($"fma.rn.f32 {{0}}, {factors[j % 2]}, {solved[j / 2]}, {y};"))];
            }
        }

        for (int i = 0; i < numbers.Length; i++)
        {
            text.Put(result, i, numbers[i]);
        }

        return text.Text();
    }

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
    private string[][] Numbers(Registers? strip, Tile? near, int eight)
    {
        if (strip is not null)
        {
            return [Numbers(strip, eight), Numbers(strip, eight + 1)];
        }

        if (near!.Exact)
        {
            return [Near(near, eight), Near(near, eight + 1)];
        }

        Fragment pairs = Turned(near, eight);
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

    private string Read(Far x, int row, int column)
    {
        string at = FarAt(x.Start, (x.Row, row), (x.Column, column)), condition = If(x.Left, row);
        if (x.Element == CudaElement.Float32)
        {
            string number = Number($"mov.f32 {{0}}, {Zero};");
            Line($"{condition}ld.global.f32 {number}, {at};");
            return number;
        }

        string half = Bits("mov.b32 {0}, 0;");
        Line($"{condition}ld.global.u16 {half}, {at};");
        return x.Element == CudaElement.BFloat16
            ? Number($"mov.b32 {{0}}, {Bits($"shl.b32 {{0}}, {half}, 16;")};")
            : Number($"{{ .reg .b16 h; cvt.u16.u32 h, {half}; cvt.f32.f16 {{0}}, h; }}");
    }

    private void Write(Far x, int row, int column, string number)
    {
        string at = FarAt(x.Start, (x.Row, row), (x.Column, column)), condition = If(x.Left, row);
        if (x.Element == CudaElement.Float32)
        {
            Line($"{condition}st.global.f32 {at}, {number};");
            return;
        }

        string half = Bits($"cvt.rn.{(x.Element == CudaElement.BFloat16 ? "bf16x2" : "f16x2")}.f32 {{0}}, {Zero}, {number};");
        Line($"{condition}st.global.u16 {at}, {half};");
    }

    /// <summary>The condition of an instruction on a row of the device's memory.</summary>
    private string If(string left, int row) => IsConstant(left) && int.Parse(left) > row ? "" : $"@{Predicate($"setp.gt.s32 {{0}}, {left}, {row};")} ";

    /// <summary>An address of the device's memory, so many rows and columns further.</summary>
    private string FarAt(string start, params (string Stride, int Count)[] steps)
    {
        int offset = 0;
        foreach ((string stride, int count) in steps)
        {
            if (IsConstant(stride))
            {
                offset += int.Parse(stride) * count;
            }
            else if (count != 0)
            {
                start = Address($"mad.wide.s32 {{0}}, {stride}, {count}, {start};");
            }
        }

        return $"[{start}+{offset}]";
    }
}
