using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace InferenceTracing.ServiceDefaults.Hosting;

/// <summary>
/// The memory Kestrel receives into and sends from: blocks of 64 KiB where it takes 4 KiB itself, so that an image of 150 KB comes in with three
/// calls of the kernel and not with 37. Below the large-object threshold, pinned, and lent again most recent first, while it is in the caches.
/// </summary>
internal sealed class LargeBlocks : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    /// <summary>One for each of Kestrel's socket queues.</summary>
    internal sealed class Pool : MemoryPool<byte>
    {
        public const int BlockBytes = 64 * 1024;

        /// <summary>Every connection on which something arrives holds a block. When so many (16 MiB) are out, the next are small ones: memory does not follow whoever connects.</summary>
        public const int MostBlocks = 256;

        private const int SmallBytes = 4 * 1024;

        private readonly Lock _lock = new();
        private readonly Stack<Block> _free = new();
        private int _made;

        public override int MaxBufferSize => BlockBytes;

        /// <exception cref="ArgumentOutOfRangeException">More is asked for than a block has.</exception>
        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);

            lock (_lock)
            {
                if (_free.TryPop(out var block))
                {
                    return block.Lend();
                }

                if (_made < MostBlocks)
                {
                    _made++;
                    return new Block(this).Lend();
                }
            }

            return Shared.Rent(Math.Max(minBufferSize, SmallBytes));
        }

        /// <summary>Blocks that come back later are left to the garbage collector with the pool.</summary>
        protected override void Dispose(bool disposing)
        {
        }

        private void TakeBack(Block block)
        {
            lock (_lock)
            {
                _free.Push(block);
            }
        }

        private sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            private int _lent;

            public Memory<byte> Memory { get; } =
                MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), 0, BlockBytes);

            public Block Lend()
            {
                _lent = 1;
                return this;
            }

            /// <summary>Gives it back, once however often it is called: nobody else may get it twice.</summary>
            public void Dispose()
            {
                if (Interlocked.Exchange(ref _lent, 0) == 1)
                {
                    pool.TakeBack(this);
                }
            }
        }
    }
}
