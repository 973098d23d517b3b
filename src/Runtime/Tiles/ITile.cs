namespace AttentionDsl.Runtime;

/// <summary>What an operation does with the numbers already in its result.</summary>
public enum Into
{
    /// <summary>result = value.</summary>
    Set,

    /// <summary>result += value.</summary>
    Add,

    /// <summary>result -= value.</summary>
    Subtract,
}

/// <summary>
/// Which pairs (reading row i, writing row j) of a Gram matrix exist. With n writes a token (delta products), a Gram
/// whose rows are tokens has n columns a token; n is read off as columns / rows.
/// </summary>
public enum Causal
{
    /// <summary>j &lt; (i + 1) n: a token sees its own writes.</summary>
    Inclusive,

    /// <summary>j &lt; i n: a row sees only what was written before it.</summary>
    Strict,
}

/// <summary>
/// A matrix in row-major storage, and the dozen operations that every recurrent attention is made of. Generated
/// kernels are generic over this interface: one text runs on the host (<see cref="HostTile"/>, SIMD), on a device
/// (<see cref="DeviceTile"/>, ILGPU, a whole group of threads working together) and as the oracle
/// (<see cref="ReferenceTile"/>, double precision, plain loops).
/// </summary>
/// <remarks>
/// Rules that every implementation keeps and every caller relies on:
/// <list type="bullet">
/// <item>Scratch tiles (from <see cref="Take"/>) may be written beyond <see cref="Columns"/> up to their padded row
/// length; what stands there is never read as a value (contracted dimensions and sums are exact).</item>
/// <item>Only <see cref="Copy"/>, <see cref="Clear"/> and <see cref="Transpose"/> touch tensors of the caller, exactly.</item>
/// <item>Loops read a one-row tile in its row 0 whatever their own row, and a one-column tile by <see cref="Spread"/>.</item>
/// <item>result never overlaps an argument, except where a remark says so. All work of one operation is visible to the next.</item>
/// </list>
/// </remarks>
/// <typeparam name="TSelf">The implementing tile.</typeparam>
/// <typeparam name="TNumber">The number its elementwise loops work with.</typeparam>
public interface ITile<TSelf, TNumber>
    where TSelf : struct, ITile<TSelf, TNumber>
    where TNumber : struct, INumber<TNumber>
{
    /// <summary>Number of rows.</summary>
    int Rows { get; }

    /// <summary>Number of columns.</summary>
    int Columns { get; }

    /// <summary>The sub-matrix of <paramref name="rows"/> x <paramref name="columns"/> that begins at (row, column); shares storage.</summary>
    TSelf Block(long row, int rows, int column, int columns);

    /// <summary>
    /// Carves a scratch tile out of this linear region (a one-row tile) at <paramref name="offset"/> and advances it.
    /// The tile takes <c>rows * Padded(columns)</c> elements, <c>Padded</c> rounding up to a multiple of 16 on every backend.
    /// </summary>
    TSelf Take(ref long offset, int rows, int columns);

    /// <summary>
    /// Like <see cref="Take"/>, for a tile whose numbers are only ever factors or terms of products (<see cref="Product"/> and its kin,
    /// <see cref="Gram"/>), results of them, copied or scaled (<see cref="ScaleRows"/>): a device may keep it in half the bits. Elementwise loops do not touch it.
    /// </summary>
    TSelf TakeFactor(ref long offset, int rows, int columns);

    /// <summary>
    /// Like <see cref="Take"/>, for a tile that is touched only by products, of which it is the result or the right factor (that is not transposed), <see cref="DecayAndWrite"/>,
    /// <see cref="ScaleRows"/>, <see cref="ScaleAndAddProduct"/>, <see cref="AddScaledRows"/>, <see cref="Clear"/>, copies, systems whose right side or solution it is, and sums along its rows
    /// (<see cref="RowDotParts"/>). None of its columns then hangs on another: a device may keep it in strips of columns, each in registers of its own
    /// (<see cref="Padded.HoldsStrips(Sizes, int)"/>).
    /// </summary>
    /// <param name="offset">Where scratch is free.</param>
    /// <param name="strips">How much of the registers is taken.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    TSelf TakeStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns);

    /// <summary><see cref="TakeFactor"/> for such a tile.</summary>
    /// <inheritdoc cref="TakeStrip"/>
    TSelf TakeFactorStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns);

    /// <summary>
    /// <see cref="TakeFactor"/> for what is multiplied with strips, as the left factor, or copied to one: a device may keep it as its tensor cores read it.
    /// Taken before all other scratch; blocks of it begin with its first column.
    /// </summary>
    /// <inheritdoc cref="TakeStrip"/>
    TSelf TakeFactorRooms(ref long offset, Sizes sizes, int rows, int columns);

    /// <summary>
    /// Like <see cref="Take"/>, for a tile that only ever holds numbers of one of the caller's tensors as they are: a device may keep them as they stand there. They are
    /// multiplied, summed up and stored (<see cref="Gram"/>, <see cref="DecayedGram"/>, <see cref="CumulativeSum"/>,
    /// <see cref="ScaleRows"/>, <see cref="Copy"/>); elementwise loops read them.
    /// </summary>
    /// <param name="offset">Where it begins; then where it ends.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="given">The tensor.</param>
    TSelf TakeLike(ref long offset, int rows, int columns, TSelf given);

    /// <summary>
    /// Carves a column out of a part of the workspace between passes (<see cref="Between{TTile}"/>), number after number: it takes as many elements as a row of so many numbers.
    /// It is only copied (<see cref="Copy"/>, <see cref="Fetch"/>), from and to a column of <see cref="Take"/>.
    /// </summary>
    /// <param name="offset">Where it begins; then where it ends.</param>
    /// <param name="rows">Its rows.</param>
    TSelf TakeColumn(ref long offset, int rows);

    /// <summary>First row this thread handles in an elementwise loop over the tile.</summary>
    int FirstRow { get; }

    /// <summary>Distance of the rows this thread handles.</summary>
    int RowStep { get; }

    /// <summary>First column this thread handles in an elementwise loop over the tile.</summary>
    int FirstColumn { get; }

    /// <summary>Distance of the columns this thread handles.</summary>
    int ColumnStep { get; }

    /// <summary>True if no thread has rows a second time in an elementwise loop over the tile. A tile that knows its sizes says so: loops are then straight.</summary>
    bool RowsInOneTurn { get; }

    /// <summary>True if no thread has columns of a row a second time, likewise.</summary>
    bool ColumnsInOneTurn { get; }

    /// <summary>True if this thread has the row that its loop has come to.</summary>
    bool HasRow(int row);

    /// <summary>True if this thread has the column that its loop has come to.</summary>
    bool HasColumn(int column);

    /// <summary>
    /// True if two matrices of the caller are one, and every operation may work on it as it does on scratch: its rows end where a
    /// register does.
    /// </summary>
    static abstract bool WorksIn(TSelf read, TSelf written);

    /// <summary>True if <see cref="WriteAndRead"/> may write its result straight to a matrix of the caller.</summary>
    static abstract bool WritesTo(TSelf written);

    /// <summary>The number (host: the lanes) at (row, column).</summary>
    TNumber Load(int row, int column);

    /// <summary>The one number at (row, column), for every column.</summary>
    TNumber Spread(int row, int column);

    /// <summary>Stores at (row, column) of a tile of scratch, or of one that a pass leaves to later ones; the host may write up to the padded row length.</summary>
    void Store(int row, int column, TNumber value);

    /// <summary>
    /// All threads of a group are done with what came before. Kernels say it where an operation uses what another wrote, or writes what another uses;
    /// an operation whose threads need each other's numbers, or memory of the group's, waits by itself.
    /// </summary>
    static abstract void Synchronize();

    /// <summary>
    /// Like <see cref="Synchronize"/>, between operations of which both have nothing but vectors: tiles of one column or one row with a number for each row
    /// of a chunk, and single numbers. A device may leave them to few threads.
    /// </summary>
    static abstract void SynchronizeVectors();

    /// <summary>Like <see cref="Synchronize"/>, between operations that share nothing but tiles of <see cref="TakeStrip"/>: nobody waits where they are strips.</summary>
    /// <param name="sizes">The sizes.</param>
    /// <param name="columns">Columns of the widest of them.</param>
    static abstract void SynchronizeStrips(Sizes sizes, int columns);

    /// <summary>result = 0.</summary>
    static abstract void Clear(TSelf result);

    /// <summary>result = the columns of the identity matrix that begin with the given one.</summary>
    static abstract void Identity(TSelf result, int column);

    /// <summary>result (=, +=, -=) x, of equal shape.</summary>
    static abstract void Copy(TSelf result, TSelf x, Into into);

    /// <summary>
    /// Begins to copy a tile of the caller's memory or of the workspace between passes to scratch: result = x, of equal shape, after the next
    /// <see cref="Arrive"/>. Until then nothing may use result. Of the caller's memory there may be fewer rows: the others are zeros.
    /// </summary>
    static abstract void Fetch(TSelf result, TSelf x);

    /// <summary><see cref="Fetch"/> of a column.</summary>
    /// <param name="result">The result.</param>
    /// <param name="x">What is fetched.</param>
    /// <param name="which">Its number among those that are fetched at once: a device shares them out.</param>
    static virtual void FetchColumn(TSelf result, TSelf x, int which) => TSelf.Fetch(result, x);

    /// <summary>
    /// Like <see cref="Fetch"/>, where <see cref="Widen"/> is called with the same tiles before the next <see cref="Arrive"/>: numbers in fewer bits may arrive as they are.
    /// </summary>
    static abstract void FetchNarrow(TSelf result, TSelf x);

    /// <summary>What <see cref="FetchNarrow"/> has brought gets the width of the tile's numbers.</summary>
    static abstract void Widen(TSelf result, TSelf x);

    /// <summary>What was fetched so far is waited for by the next <see cref="ArriveFirst"/>; what is fetched from here on is not.</summary>
    static abstract void FetchedFirst();

    /// <summary>Every <see cref="Fetch"/> that was begun before <see cref="FetchedFirst"/> is done, and all threads of the group have waited for each other. The rest comes with the next <see cref="Arrive"/>.</summary>
    static abstract void ArriveFirst();

    /// <summary>Every <see cref="Fetch"/> that was begun is done, and all threads of the group have waited for each other, as by <see cref="Synchronize"/>.</summary>
    static abstract void Arrive();

    /// <summary>
    /// A tile of the caller's memory or of the workspace will be read before long: a device may bring it nearer. Of several groups that ask for the same rows each may bring a part.
    /// </summary>
    /// <param name="x">The tile: whole rows of a tensor, all heads of them, or what was taken from the workspace.</param>
    /// <param name="part">Number of the group.</param>
    /// <param name="parts">How many ask.</param>
    /// <param name="which">A number that says which of several tiles it is: different threads may ask for different ones.</param>
    static abstract void Expect(TSelf x, int part, int parts, int which);

    /// <summary>
    /// Rows of the tiles of a chunk: its tokens, or as many as any chunk has, on a tile that knows its sizes when it is compiled. Rows beyond the
    /// last token then hold zeros.
    /// </summary>
    /// <param name="tokens">Tokens of the chunk.</param>
    /// <param name="chunk">Tokens of a whole chunk.</param>
    static abstract int Height(int tokens, int chunk);

    /// <summary>Rows of x from a row on become zeros; nothing if there are none.</summary>
    /// <param name="x">A tile of scratch.</param>
    /// <param name="row">The first of them.</param>
    static abstract void Trim(TSelf x, int row);

    /// <summary>result_ij (=, +=, -=) x_ji.</summary>
    static abstract void Transpose(TSelf result, TSelf x, Into into);

    /// <summary>result (=, +=, -=) a b.</summary>
    static abstract void Product(TSelf result, TSelf a, TSelf b, Into into);

    /// <summary>result (=, +=, -=) a^T b.</summary>
    static abstract void TransposedProduct(TSelf result, TSelf a, TSelf b, Into into);

    /// <summary>
    /// <see cref="Product"/> that need not be there before <see cref="AwaitProducts"/>: a device may go on while it multiplies. Until then nothing touches the result but another such product that
    /// is added to it, nothing touches a strip that is multiplied but other products, and nothing writes to the other factor.
    /// </summary>
    static virtual void BeginProduct(TSelf result, TSelf a, TSelf b, Into into) => TSelf.Product(result, a, b, into);

    /// <summary><see cref="TransposedProduct"/>, likewise.</summary>
    static virtual void BeginTransposedProduct(TSelf result, TSelf a, TSelf b, Into into) => TSelf.TransposedProduct(result, a, b, into);

    /// <summary>The products that were begun are there, but for some of the last.</summary>
    /// <param name="columns">Columns of their results.</param>
    /// <param name="left">How many of the last need not be.</param>
    static virtual void AwaitProducts(int columns, int left)
    {
    }

    /// <summary>result (=, +=, -=) a b^T.</summary>
    static abstract void ProductTransposed(TSelf result, TSelf a, TSelf b, Into into);

    /// <summary>result += a b, to nearly single precision at least: for chains of products, which would carry the rounding of factors on.</summary>
    static abstract void AddExactProduct(TSelf result, TSelf a, TSelf b);

    /// <summary>result += a^T b, like <see cref="AddExactProduct"/>.</summary>
    static abstract void AddExactTransposedProduct(TSelf result, TSelf a, TSelf b);

    /// <summary>result_ij (=, +=, -=) sum_d l_id r_jd where <paramref name="causal"/> allows (i, j), else 0.</summary>
    static abstract void Gram(TSelf result, TSelf l, TSelf r, Causal causal, Into into);

    /// <summary>result_ij = s_i sum_d l_id r_jd where <paramref name="causal"/> allows (i, j), else 0; s is a column.</summary>
    static virtual void ScaledGram(TSelf result, TSelf l, TSelf r, TSelf s, Causal causal)
    {
        TSelf.Gram(result, l, r, causal, Into.Set);
        TSelf.ScaleRows(result, result, s);
    }

    /// <summary>
    /// result_ij = s_i exp(e_i - g_j) sum_d l_id r_jd where <paramref name="causal"/> allows (i, j), else 0; s, e and g have one column. No masked pair becomes anything else,
    /// whatever its exponent.
    /// </summary>
    static virtual void DecayedScaledGram(TSelf result, TSelf l, TSelf r, TSelf s, TSelf e, TSelf g, Causal causal)
    {
        TSelf.Gram(result, l, r, causal, Into.Set);
        TSelf.Decay(result, result, e, g, causal, Into.Set);
        TSelf.ScaleRows(result, result, s);
    }

    /// <summary>x_ij = x_ji for j &gt; i: x + x^T of a strictly lower triangular x, in its place.</summary>
    static abstract void Mirror(TSelf x);

    /// <summary>result_ij (=, +=, -=) x_ij exp(e_i - g_j) where <paramref name="causal"/> allows (i, j), else 0; e and g have one column. result may be x.</summary>
    /// <remarks>The mask is applied before the exponential: no masked exponent is ever evaluated.</remarks>
    static abstract void Decay(TSelf result, TSelf x, TSelf e, TSelf g, Causal causal, Into into);

    /// <summary>
    /// What a decayed Gram says of its decays, in parts (<see cref="SumOfParts"/>): of row i, with x_ij = w_ij sum_d l_id r_jd for j &lt; i, sum_j x_ij - sum_j x_ji. w is the gradient of the
    /// Gram before it decays by exp(g_i - g_j). A row's pair with itself has the exponent 0 whatever the decay, and is left out.
    /// </summary>
    static abstract void DecayAdjointParts(TSelf parts, TSelf w, TSelf l, TSelf r);

    /// <summary>result_ij = sum_d l_id r_jd exp(e_id - g_jd) where <paramref name="causal"/> allows (i, j), else 0.</summary>
    /// <remarks>
    /// e_i &lt;= g_j for every allowed pair, but exp(e) alone may underflow and exp(-g) overflow: implementations
    /// only ever take exponentials of differences that are &lt;= 0, with a reference that is no later than row i (an output never
    /// depends on a later gate, not even by rounding).
    /// </remarks>
    static abstract void DecayedGram(TSelf result, TSelf l, TSelf r, TSelf e, TSelf g, Causal causal);

    /// <summary>
    /// Two decayed Grams of the same columns and decays: strict_ij = sum_d l_id r_jd exp(e_id - g_jd) for strictly causal pairs, and other_ij
    /// with m in place of l where <paramref name="causal"/> allows it.
    /// </summary>
    static abstract void DecayedGrams(TSelf strict, TSelf other, TSelf l, TSelf m, TSelf r, TSelf e, TSelf g, Causal causal);

    /// <summary>
    /// Four decayed Grams, of two left factors with two right ones: for strictly causal pairs first_ij = sum_d l_id r_jd exp(e_id - g_jd), and second_ij with s in place of r; where
    /// <paramref name="causal"/> allows it third_ij = sum_d m_id r_jd exp(f_id - g_jd), and fourth_ij with s.
    /// </summary>
    static virtual void CrossedDecayedGrams(
        TSelf first, TSelf second, TSelf third, TSelf fourth, TSelf l, TSelf m, TSelf r, TSelf s, TSelf e, TSelf f, TSelf g, Causal causal)
    {
        TSelf.DecayedGram(first, l, r, e, g, Causal.Strict);
        TSelf.DecayedGram(second, l, s, e, g, Causal.Strict);
        TSelf.DecayedGram(third, m, r, f, g, causal);
        TSelf.DecayedGram(fourth, m, s, f, g, causal);
    }

    /// <summary>
    /// The derivative of <see cref="DecayedGram"/>, added to all four: with w_ij = d_ij exp(e_id - g_jd),
    /// dl_id += sum_j w_ij r_jd, dr_jd += sum_i w_ij l_id, de += l * (that dl), dg -= r * (that dr). de may be dg.
    /// Where e is g, a row's pair with itself has the exponent 0 whatever the decay: it is left out of de and dg, where it would cancel
    /// and leave its rounding error. d is 0 where no pair exists.
    /// </summary>
    static abstract void DecayedGramAdjoint(TSelf dl, TSelf dr, TSelf de, TSelf dg, TSelf d, TSelf l, TSelf r, TSelf e, TSelf g, Causal causal);

    /// <summary>
    /// The derivative of <see cref="DecayedGrams"/>, added to all five: <see cref="DecayedGramAdjoint"/> of the strict Gram for dl, dr, de and dg, of the
    /// other for dm, dr, de and dg.
    /// </summary>
    static abstract void DecayedGramsAdjoint(
        TSelf dl, TSelf dm, TSelf dr, TSelf de, TSelf dg, TSelf dStrict, TSelf dOther, TSelf l, TSelf m, TSelf r, TSelf e, TSelf g, Causal causal);

    /// <summary>result_iv (=, +=, -=) sum_j p_ij exp(e_iv - g_jv) x_jv over the pairs that <paramref name="causal"/> allows.</summary>
    static abstract void DecayedProduct(TSelf result, TSelf p, TSelf x, TSelf e, TSelf g, Causal causal, Into into);

    /// <summary>
    /// The derivative of <see cref="DecayedProduct"/>, added to all four: with w_ijv = exp(e_iv - g_jv),
    /// dp_ij += sum_v d_iv w_ijv x_jv, dx_jv += sum_i p_ij w_ijv d_iv, de_iv += d_iv * result_iv, dg_jv -= x_jv * (that dx). de may be dg.
    /// </summary>
    static abstract void DecayedProductAdjoint(TSelf dp, TSelf dx, TSelf de, TSelf dg, TSelf d, TSelf p, TSelf x, TSelf e, TSelf g, Causal causal);

    /// <summary>Solves (I + l) result = x; l is what <see cref="InvertUnitLower"/> takes. result may be x.</summary>
    static abstract void SolveUnitLower(TSelf result, TSelf l, TSelf x);

    /// <summary>Solves (I + l)^T result = x, likewise.</summary>
    static abstract void SolveUnitLowerTransposed(TSelf result, TSelf l, TSelf x);

    /// <summary>inverse = (I + l)^-1, in an order and a form that are the tile's own.</summary>
    /// <param name="inverse">
    /// One row of n n columns (<see cref="Take"/>), of scratch, or of what a pass leaves to later ones (not narrowed). It is copied and fetched as it stands, and read by <see cref="SolveByInverse"/> and
    /// <see cref="SolveByInverseTransposed"/> of scratch.
    /// </param>
    /// <param name="l">n x n, all of a tile of scratch (<see cref="Take"/>), strictly lower triangular: what stands on its diagonal and above is not read.</param>
    static abstract void InvertUnitLower(TSelf inverse, TSelf l);

    /// <summary>result = (I + l)^-1 x, by what <see cref="InvertUnitLower"/> made of l: <see cref="SolveUnitLower"/> where the matrix is known early, and the right side late. result may be x.</summary>
    static abstract void SolveByInverse(TSelf result, TSelf inverse, TSelf x);

    /// <summary>result = (I + l)^-T x, likewise.</summary>
    static abstract void SolveByInverseTransposed(TSelf result, TSelf inverse, TSelf x);

    /// <summary>result_ij = s_i x_ij; s is a column. result may be x, or a tile of the caller's memory or of the workspace.</summary>
    static abstract void ScaleRows(TSelf result, TSelf x, TSelf s);

    /// <summary>result_ij += s_i x_ij; s is a column. result is no factor.</summary>
    static abstract void AddScaledRows(TSelf result, TSelf x, TSelf s);

    /// <summary>result_ij = s_i x_ij + (a b)_ij; s is a column. result may be x.</summary>
    static virtual void ScaleAndAddProduct(TSelf result, TSelf x, TSelf s, TSelf a, TSelf b)
    {
        TSelf.ScaleRows(result, x, s);
        TSelf.Product(result, a, b, Into.Add);
    }

    /// <summary>result_ij = s_i x_ij + (a^T b)_ij, likewise.</summary>
    static virtual void ScaleAndAddTransposedProduct(TSelf result, TSelf x, TSelf s, TSelf a, TSelf b)
    {
        TSelf.ScaleRows(result, x, s);
        TSelf.TransposedProduct(result, a, b, Into.Add);
    }

    /// <summary>Solves result_iv + sum_{j&lt;i} l_ij exp(g_iv - g_jv) result_jv = x_iv (a decay of its own for every column). result may be x.</summary>
    static abstract void DecayedSolve(TSelf result, TSelf l, TSelf x, TSelf g);

    /// <summary>Solves result_jv + sum_{i&gt;j} l_ij exp(g_iv - g_jv) result_iv = x_jv, the transposed system. result may be x.</summary>
    static abstract void DecayedSolveTransposed(TSelf result, TSelf l, TSelf x, TSelf g);

    /// <summary>
    /// state_dv = exp(g_d) state_dv + sum_i k_id u_iv, in one walk over the state: a chunk's decay and its writes. g is a row with a
    /// number for every row of the state, or one number for all.
    /// </summary>
    static abstract void DecayAndWrite(TSelf state, TSelf g, TSelf k, TSelf u);

    /// <summary>result_dv = exp(g_d) state_dv + sum_i k_id u_iv: <see cref="DecayAndWrite"/> where the state must stay.</summary>
    static virtual void DecayAndWriteTo(TSelf result, TSelf state, TSelf g, TSelf k, TSelf u)
    {
        TSelf.Copy(result, state, Into.Set);
        TSelf.DecayAndWrite(result, g, k, u);
    }

    /// <summary>state_dv = exp(g_d) state_dv; g is what it is in <see cref="DecayAndWrite"/>.</summary>
    static abstract void DecayRows(TSelf state, TSelf g);

    /// <summary>
    /// state_dv = exp(g_d) state_dv + x_dv: a state is handed on to where x was added to it. g is what it is in <see cref="DecayAndWrite"/>; g and x stand in the
    /// workspace between passes.
    /// </summary>
    static abstract void DecayAndAdd(TSelf state, TSelf g, TSelf x);

    /// <summary>
    /// result = s + k^T u, and read = q result, in one walk over the state; k, u and q are rows. result may be s, or where
    /// <see cref="WritesTo"/> says so a matrix of the caller.
    /// </summary>
    static abstract void WriteAndRead(TSelf result, TSelf read, TSelf s, TSelf k, TSelf u, TSelf q);

    /// <summary>
    /// result_dv = e_d s_dv + k_d u_v, and read = q result: <see cref="WriteAndRead"/> of a state that decays by the factors e, a row with a number
    /// for every row of s, or one number for all.
    /// </summary>
    static abstract void DecayWriteAndRead(TSelf result, TSelf read, TSelf s, TSelf e, TSelf k, TSelf u, TSelf q);

    /// <summary>result_dv = e_d s_dv + k_d u_v + b_d z_v, and read = q result: <see cref="DecayWriteAndRead"/> with a second write.</summary>
    static abstract void DecayWritesAndRead(TSelf result, TSelf read, TSelf s, TSelf e, TSelf k, TSelf u, TSelf b, TSelf z, TSelf q);

    /// <summary>result_i = sum_{s&lt;=i} x_s, row by row.</summary>
    static abstract void CumulativeSum(TSelf result, TSelf x);

    /// <summary><see cref="CumulativeSum"/> of rows of the caller's, which may be read where they stand. The host's kernels alone ask for it.</summary>
    static virtual void CumulativeSumOfGiven(TSelf result, TSelf given)
    {
        TSelf.Copy(result, given, Into.Set);
        TSelf.CumulativeSum(result, result);
    }

    /// <summary>result_i (=, +=, -=) sum_{s&gt;=i} x_s, row by row: the derivative of <see cref="CumulativeSum"/>.</summary>
    static abstract void ReverseCumulativeSum(TSelf result, TSelf x, Into into);

    /// <summary>result_i (=, +=, -=) sum_j x_ij; result has one column.</summary>
    static abstract void RowSum(TSelf result, TSelf x, Into into);

    /// <summary>result_i (=, +=, -=) sum_j a_ij b_ij, for a and b of one shape; result has one column.</summary>
    static abstract void RowDot(TSelf result, TSelf a, TSelf b, Into into);

    /// <summary>Parts of the sums sum_j a_ij b_ij, for a and b of one shape, of which one or both may be in strips (<see cref="TakeStrip"/>).</summary>
    /// <param name="parts">A row of <see cref="Padded.Parts"/> numbers for every row of a: the first of all rows stand before the second.</param>
    /// <param name="a">A tile.</param>
    /// <param name="b">Another.</param>
    static abstract void RowDotParts(TSelf parts, TSelf a, TSelf b);

    /// <summary>result_i (=, +=, -=) the sum of row i's parts; result has one column.</summary>
    static abstract void SumOfParts(TSelf result, TSelf parts, Into into);

    /// <summary>result_j (=, +=, -=) sum_i x_ij; result has one row.</summary>
    static abstract void ColumnSum(TSelf result, TSelf x, Into into);

    /// <summary>result (1 x 1) (=, +=, -=) the sum of all elements of x.</summary>
    static abstract void Sum(TSelf result, TSelf x, Into into);

    /// <summary>result_i = x_i / sqrt(sum_d x_id^2 + 1e-6), row by row.</summary>
    static abstract void Normalize(TSelf result, TSelf x);

    /// <summary><see cref="Normalize"/> of rows of the caller's, which may be read where they stand. The host's kernels alone ask for it.</summary>
    static virtual void NormalizeGiven(TSelf result, TSelf given)
    {
        TSelf.Copy(result, given, Into.Set);
        TSelf.Normalize(result, result);
    }

    /// <summary>
    /// The derivative of <see cref="Normalize"/>: dx (=, +=, -=) (d - y (y . d)) / sqrt(sum x^2 + 1e-6) row by row, y the normalised row. What is set may be rows of the caller's.
    /// </summary>
    static abstract void NormalizeAdjoint(TSelf dx, TSelf d, TSelf x, Into into);

    /// <summary>result_i = x_{i / n}, n = result.Rows / x.Rows: a token's value for each of its n writes.</summary>
    static abstract void Repeat(TSelf result, TSelf x);

    /// <summary>The derivative of <see cref="Repeat"/>: dx_t += sum of d over the n writes of token t.</summary>
    static abstract void RepeatAdjoint(TSelf dx, TSelf d);
}
