@400000006b0297aa0ee6b280 new msg 0
@400000006b0297ab0ee6b280 info msg 0: bytes 100 from <a@test.example> qp 1 uid 7
@400000006b0297be0ee6b280 new msg 1
@400000006b0297bf0ee6b280 info msg 1: bytes 100 from <a@test.example> qp 1 uid 7
@400000006b0297c00ee6b280 end msg 1
@400000006b0297d20ee6b280 new msg 2
@400000006b0297d30ee6b280 info msg 2: bytes 100 from <a@test.example> qp 1 uid 7
@400000006b0297e60ee6b280 new msg 3
@400000006b0297e70ee6b280 info msg 3: bytes 100 from <a@test.example> qp 1 uid 7
@400000006b0297e80ee6b280 end msg 3
@400000006b0297fa0ee6b280 new msg 4
@400000006b0297fb0ee6b280 info msg 4: bytes 100 from <a@test.example> qp 1 uid 7
