"""One institution's Curbside server.

Data flows one way: doors (`web` for people, `inbox` for peers, `workers` for time) call
`services`, services call `outbox`, and all of them read and write `models`.
"""
